/* Console 0. One owner: the layer until the program attaches, then the program; a panic takes it back. */
#pragma once

#include "layer.h"

void console_start(void);
/* What the program writes to its standard output and error, and the layer's own lines. Waits for a slow reader, but never for ever. */
void console_write(const char *text, size_t length);
/* At the end, with nothing else running: takes the console back and waits, for at most a second, until the reader has everything. */
void console_take_back(void);
void console_drain(void);

/* The program's driver owns the ring from now on, and takes what was written out of the layer's buffer. */
void console_attach(void);
void console_detach(void);
size_t console_take(char *buffer, size_t size);
/* The ring's page and port; 0 when there is none. */
void console_ring(u64 *frame, u32 *port);
u64 console_dropped(void);
