/*
 * Both ends of rings, driven by the macros of Xen's io/ring.h, and of byte rings, driven as the comments of console.h and xs_wire.h say.
 * Each function runs a sequence of operations and writes down what each returned.
 */
#define __XEN_INTERFACE_VERSION__ __XEN_LATEST_INTERFACE_VERSION__
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define xen_mb() __atomic_thread_fence(__ATOMIC_SEQ_CST)
#define xen_rmb() __atomic_thread_fence(__ATOMIC_ACQUIRE)
#define xen_wmb() __atomic_thread_fence(__ATOMIC_RELEASE)

#include <xen/xen.h>
#include <xen/io/blkif.h>
#include <xen/io/console.h>
#include <xen/io/netif.h>
#include <xen/io/xs_wire.h>

struct op {
    uint32_t kind;
    uint32_t argument;
};

enum {
    FRONT_WRITE,
    FRONT_PUSH,
    FRONT_READ,
    FRONT_FINAL_CHECK,
    FRONT_FREE,
    BACK_WRITE,
    BACK_PUSH,
    BACK_READ,
    BACK_FINAL_CHECK,
    BACK_FREE,
};

/* A message of a number: each byte depends on it and on its place. */
static void fill(void *message, size_t size, uint32_t number)
{
    uint8_t *bytes = message;
    for (size_t i = 0; i < size; i++) {
        number = number * 1664525u + 1013904223u;
        bytes[i] = (uint8_t)(number >> 24);
    }
}

static uint32_t digest(const void *message, size_t size)
{
    const uint8_t *bytes = message;
    uint32_t digest = 2166136261u;
    for (size_t i = 0; i < size; i++)
        digest = (digest ^ bytes[i]) * 16777619u;
    return digest;
}

static uint32_t clamp(uint32_t value, uint32_t most)
{
    most = most < 1 ? 1 : most;
    return value < 1 ? 1 : value > most ? most : value;
}

/* The delayed form of the final check, "a customised version of the FINAL_CHECK macro", as io/ring.h proposes. */
#define FINAL_CHECK_AT(unconsumed, event, cons, wanted, result) do { \
    (result) = (unconsumed) >= (wanted);                             \
    if (result) break;                                               \
    (event) = (cons) + (wanted);                                     \
    xen_mb();                                                        \
    (result) = (unconsumed) >= (wanted);                             \
} while (0)

#define DEFINE_RUN(name, req_t, rsp_t)                                                                        \
void oracle_run_##name(void *page, uint32_t length, uint32_t start, const struct op *ops, uint32_t count,    \
                       uint32_t *results)                                                                     \
{                                                                                                             \
    name##_sring_t *sring = page;                                                                             \
    name##_front_ring_t front;                                                                                \
    name##_back_ring_t back;                                                                                  \
    req_t req;                                                                                                \
    rsp_t rsp;                                                                                                \
    SHARED_RING_INIT(sring);                                                                                  \
    sring->req_prod = sring->rsp_prod = start;                                                                \
    sring->req_event = sring->rsp_event = start + 1;                                                          \
    FRONT_RING_ATTACH(&front, sring, start, length);                                                          \
    BACK_RING_ATTACH(&back, sring, sring->rsp_prod, length);                                                  \
    for (uint32_t i = 0; i < count; i++) {                                                                    \
        uint32_t result = 0;                                                                                  \
        switch (ops[i].kind) {                                                                                \
        case FRONT_WRITE:                                                                                     \
            if (RING_FULL(&front))                                                                            \
                break;                                                                                        \
            fill(&req, sizeof(req), ops[i].argument);                                                         \
            memcpy(RING_GET_REQUEST(&front, front.req_prod_pvt), &req, sizeof(req));                          \
            front.req_prod_pvt++;                                                                             \
            result = 1;                                                                                       \
            break;                                                                                            \
        case FRONT_PUSH:                                                                                      \
            RING_PUSH_REQUESTS_AND_CHECK_NOTIFY(&front, result);                                              \
            break;                                                                                            \
        case FRONT_READ:                                                                                      \
            if (!RING_HAS_UNCONSUMED_RESPONSES(&front))                                                       \
                break;                                                                                        \
            memcpy(&rsp, RING_GET_RESPONSE(&front, front.rsp_cons), sizeof(rsp));                             \
            front.rsp_cons++;                                                                                 \
            result = digest(&rsp, sizeof(rsp));                                                               \
            break;                                                                                            \
        case FRONT_FINAL_CHECK:                                                                               \
            if (ops[i].argument <= 1)                                                                         \
                RING_FINAL_CHECK_FOR_RESPONSES(&front, result);                                               \
            else                                                                                              \
                FINAL_CHECK_AT(RING_HAS_UNCONSUMED_RESPONSES(&front), sring->rsp_event, front.rsp_cons,       \
                               clamp(ops[i].argument, sring->req_prod - front.rsp_cons), result);             \
            result = !!result;                                                                                \
            break;                                                                                            \
        case FRONT_FREE:                                                                                      \
            result = RING_FREE_REQUESTS(&front);                                                              \
            break;                                                                                            \
        case BACK_WRITE:                                                                                      \
            if (back.rsp_prod_pvt == back.req_cons)                                                           \
                break;                                                                                        \
            fill(&rsp, sizeof(rsp), ops[i].argument);                                                         \
            memcpy(RING_GET_RESPONSE(&back, back.rsp_prod_pvt), &rsp, sizeof(rsp));                           \
            back.rsp_prod_pvt++;                                                                              \
            result = 1;                                                                                       \
            break;                                                                                            \
        case BACK_PUSH:                                                                                       \
            RING_PUSH_RESPONSES_AND_CHECK_NOTIFY(&back, result);                                              \
            break;                                                                                            \
        case BACK_READ:                                                                                       \
            if (!RING_HAS_UNCONSUMED_REQUESTS(&back))                                                         \
                break;                                                                                        \
            memcpy(&req, RING_GET_REQUEST(&back, back.req_cons), sizeof(req));                                \
            back.req_cons++;                                                                                  \
            result = digest(&req, sizeof(req));                                                               \
            break;                                                                                            \
        case BACK_FINAL_CHECK:                                                                                \
            if (ops[i].argument <= 1)                                                                         \
                RING_FINAL_CHECK_FOR_REQUESTS(&back, result);                                                 \
            else                                                                                              \
                FINAL_CHECK_AT(RING_HAS_UNCONSUMED_REQUESTS(&back), sring->req_event, back.req_cons,          \
                               clamp(ops[i].argument, RING_SIZE(&back) - (back.req_cons - back.rsp_prod_pvt)),\
                               result);                                                                       \
            result = !!result;                                                                                \
            break;                                                                                            \
        case BACK_FREE:                                                                                       \
            result = back.req_cons - back.rsp_prod_pvt;                                                       \
            break;                                                                                            \
        }                                                                                                     \
        results[i] = result;                                                                                  \
    }                                                                                                         \
}

struct odd_request {
    uint8_t bytes[5];
};

struct odd_response {
    uint16_t words[7];
};

DEFINE_RING_TYPES(odd, struct odd_request, struct odd_response);

DEFINE_RUN(blkif, blkif_request_t, blkif_response_t)
DEFINE_RUN(netif_tx, netif_tx_request_t, netif_tx_response_t)
DEFINE_RUN(netif_rx, netif_rx_request_t, netif_rx_response_t)
DEFINE_RUN(odd, struct odd_request, struct odd_response)

enum {
    BYTES_FRONT_WRITE,
    BYTES_FRONT_READ,
    BYTES_BACK_WRITE,
    BYTES_BACK_READ,
};

#define DEFINE_BYTES(name, type, to_front, to_front_cons, to_front_prod, to_back, to_back_cons, to_back_prod) \
static uint32_t name##_write(char *ring, size_t size, uint32_t *cons_at, uint32_t *prod_at, uint32_t length,  \
                             uint32_t number)                                                                 \
{                                                                                                             \
    uint8_t bytes[4096];                                                                                      \
    uint32_t cons = *(volatile uint32_t *)cons_at, prod = *prod_at, done = 0;                                 \
    fill(bytes, length, number);                                                                              \
    xen_mb();                                                                                                 \
    while (done < length && prod - cons < size)                                                               \
        ring[prod++ & (size - 1)] = (char)bytes[done++];                                                      \
    xen_wmb();                                                                                                \
    *prod_at = prod;                                                                                          \
    return done;                                                                                              \
}                                                                                                             \
                                                                                                              \
static uint32_t name##_read(char *ring, size_t size, uint32_t *cons_at, uint32_t *prod_at, uint32_t length)   \
{                                                                                                             \
    uint8_t bytes[4096];                                                                                      \
    uint32_t cons = *cons_at, prod = *(volatile uint32_t *)prod_at, done = 0;                                 \
    xen_rmb();                                                                                                \
    while (done < length && cons != prod)                                                                     \
        bytes[done++] = (uint8_t)ring[cons++ & (size - 1)];                                                   \
    xen_mb();                                                                                                 \
    *cons_at = cons;                                                                                          \
    return digest(bytes, done);                                                                               \
}                                                                                                             \
                                                                                                              \
void oracle_run_##name(void *page, uint32_t start, const struct op *ops, uint32_t count, uint32_t *results)  \
{                                                                                                             \
    type *intf = page;                                                                                        \
    intf->to_front_cons = intf->to_front_prod = intf->to_back_cons = intf->to_back_prod = start;              \
    for (uint32_t i = 0; i < count; i++) {                                                                    \
        uint32_t length = ops[i].argument & 0xFFF;                                                            \
        switch (ops[i].kind) {                                                                                \
        case BYTES_FRONT_WRITE:                                                                               \
            results[i] = name##_write(intf->to_back, sizeof(intf->to_back), &intf->to_back_cons,              \
                                      &intf->to_back_prod, length, ops[i].argument);                          \
            break;                                                                                            \
        case BYTES_FRONT_READ:                                                                                \
            results[i] = name##_read(intf->to_front, sizeof(intf->to_front), &intf->to_front_cons,            \
                                     &intf->to_front_prod, length);                                           \
            break;                                                                                            \
        case BYTES_BACK_WRITE:                                                                                \
            results[i] = name##_write(intf->to_front, sizeof(intf->to_front), &intf->to_front_cons,           \
                                      &intf->to_front_prod, length, ops[i].argument);                         \
            break;                                                                                            \
        case BYTES_BACK_READ:                                                                                 \
            results[i] = name##_read(intf->to_back, sizeof(intf->to_back), &intf->to_back_cons,               \
                                     &intf->to_back_prod, length);                                            \
            break;                                                                                            \
        }                                                                                                     \
    }                                                                                                         \
}

DEFINE_BYTES(console, struct xencons_interface, in, in_cons, in_prod, out, out_cons, out_prod)
DEFINE_BYTES(xenstore, struct xenstore_domain_interface, rsp, rsp_cons, rsp_prod, req, req_cons, req_prod)
