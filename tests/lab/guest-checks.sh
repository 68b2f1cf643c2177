#!/bin/sh
# The Linux PVH guest: what an unprivileged domain may do. The arguments are checks that ran already, in a guest that crashed.
xslab store-guest "$@"
