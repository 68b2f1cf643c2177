/* Console 0. One owner: the layer until the program attaches, then the program; a panic takes it back. */
#pragma once

#include "layer.h"

void console_start(void);
/* What the program writes to its standard output and error, and the layer's own lines. Waits for a slow reader, but never for ever. */
void console_write(const char *text, size_t length);
/* At the end, with nothing else running: takes the console back with what waits, within five seconds, and then waits for at most one until the reader
   has everything. */
void console_take_back(void);
void console_drain(void);

/* The ring is the driver's of the calling thread from now on. What is written meanwhile waits in the layer's buffer until that driver has put it
   into the ring: it is there for a panic, whatever becomes of the program. That thread itself never waits for room. */
void console_attach(void);
/* The ring is the layer's again. What the program has begun to send goes out first, then what waits, then the rest of the program's, then what was written
   meanwhile; within five seconds. */
void console_detach(const char *begun, size_t begun_length, const char *rest, size_t rest_length);
/* The first piece of what waits, and that so much of it is in the ring. */
size_t console_waiting(const char **text);
void console_advance(size_t count);
/* The ring's page and port; 0 when there is none. */
void console_ring(u64 *frame, u32 *port);
u64 console_dropped(void);
