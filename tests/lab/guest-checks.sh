#!/bin/sh
# The Linux PVH guest: what an unprivileged domain may do.
xslab store-guest
