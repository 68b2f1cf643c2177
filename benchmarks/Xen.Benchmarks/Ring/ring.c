/*
 * Both ends of a ring, driven by the macros of Xen's io/ring.h as drivers do: fill, push, take, answer, push, take. State lives as long as
 * the ring, as a driver's does. The barriers are what the other side of the comparison uses: a locked instruction where a store must come
 * before a load, none but the compiler's elsewhere.
 */
#define __XEN_INTERFACE_VERSION__ __XEN_LATEST_INTERFACE_VERSION__
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define xen_mb() __asm__ __volatile__("lock; orl $0,(%%rsp)" ::: "memory", "cc")
#define xen_rmb() __asm__ __volatile__("" ::: "memory")
#define xen_wmb() __asm__ __volatile__("" ::: "memory")

#include <xen/xen.h>
#include <xen/io/blkif.h>
#include <xen/io/netif.h>

#define DEFINE_RING(name, req_t, rsp_t, fill, answer, sum)                                   \
struct name##_pair {                                                                         \
    name##_front_ring_t front;                                                               \
    name##_back_ring_t back;                                                                 \
};                                                                                           \
                                                                                             \
void *name##_make(void *page)                                                                \
{                                                                                            \
    struct name##_pair *pair = calloc(1, sizeof(*pair));                                     \
    name##_sring_t *sring = page;                                                            \
    SHARED_RING_INIT(sring);                                                                 \
    FRONT_RING_INIT(&pair->front, sring, 4096);                                              \
    BACK_RING_INIT(&pair->back, sring, 4096);                                                \
    return pair;                                                                             \
}                                                                                            \
                                                                                             \
uint64_t name##_run(struct name##_pair *pair, uint32_t batches, uint32_t batch)              \
{                                                                                            \
    uint64_t total = 0;                                                                      \
    for (uint32_t i = 0; i < batches; i++) {                                                 \
        int notify;                                                                          \
        RING_IDX end;                                                                        \
        for (uint32_t j = 0; j < batch && !RING_FULL(&pair->front); j++) {                   \
            req_t *req = RING_GET_REQUEST(&pair->front, pair->front.req_prod_pvt);           \
            fill;                                                                            \
            pair->front.req_prod_pvt++;                                                      \
        }                                                                                    \
        RING_PUSH_REQUESTS_AND_CHECK_NOTIFY(&pair->front, notify);                           \
        total += notify;                                                                     \
                                                                                             \
        end = pair->back.sring->req_prod;                                                    \
        xen_rmb();                                                                           \
        while (pair->back.req_cons != end) {                                                 \
            req_t req;                                                                       \
            RING_COPY_REQUEST(&pair->back, pair->back.req_cons, &req);                       \
            pair->back.req_cons++;                                                           \
            rsp_t *rsp = RING_GET_RESPONSE(&pair->back, pair->back.rsp_prod_pvt);            \
            answer;                                                                          \
            pair->back.rsp_prod_pvt++;                                                       \
        }                                                                                    \
        RING_PUSH_RESPONSES_AND_CHECK_NOTIFY(&pair->back, notify);                           \
        total += notify;                                                                     \
                                                                                             \
        end = pair->front.sring->rsp_prod;                                                   \
        xen_rmb();                                                                           \
        while (pair->front.rsp_cons != end) {                                                \
            rsp_t rsp;                                                                       \
            RING_COPY_RESPONSE(&pair->front, pair->front.rsp_cons, &rsp);                    \
            pair->front.rsp_cons++;                                                          \
            sum;                                                                             \
        }                                                                                    \
    }                                                                                        \
    return total;                                                                            \
}

DEFINE_RING(netif_tx, netif_tx_request_t, netif_tx_response_t,
    (req->gref = j, req->offset = 0, req->flags = 0, req->id = (uint16_t)j, req->size = 1500),
    (rsp->id = req.id, rsp->status = (int16_t)(req.gref & 1)),
    total += (uint64_t)(rsp.id + rsp.status))

DEFINE_RING(blkif, blkif_request_t, blkif_response_t,
    (memset(req, 0, sizeof(*req)), req->operation = 1, req->nr_segments = 1, req->id = j, req->sector_number = j, req->seg[0].gref = j),
    (rsp->id = req.id, rsp->operation = req.operation, rsp->status = (int16_t)(req.seg[0].gref & 1)),
    total += rsp.id + (uint64_t)rsp.status)
