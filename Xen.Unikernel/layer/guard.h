/* Stack protector: a secret word below each return address, for the layer and for the program. */
#pragma once

void guard_start(void);
