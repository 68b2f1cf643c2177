# The packages of the lab, unpacked into the cache: the machine itself is not changed.

XEN_PACKAGES=(
  xen-hypervisor-4.17-amd64 xen-utils-4.17 xen-utils-common xenstore-utils
  libxenmisc4.17 libxencall1 libxendevicemodel1 libxenevtchn1 libxenforeignmemory1 libxengnttab1 libxenhypfs1
  libxenstore4 libxentoolcore1 libxentoollog1
)
# What the toolstack and a published .NET program link to, and the losetup that knows sector sizes.
BASE_PACKAGES=(
  busybox-static mount libsmartcols1 libc6 libgcc-s1 libstdc++6 zlib1g liblzma5 libzstd1 liblzo2-2 libbz2-1.0 libuuid1
  libyajl2 libnl-3-200 libnl-route-3-200
)

# GRUB as a PVH guest's kernel: it boots what the guest's disk has.
GUEST_PACKAGES=(grub-xen-host)

ROOT=$CACHE/root
FETCHED="${XEN_PACKAGES[*]} ${BASE_PACKAGES[*]} ${GUEST_PACKAGES[*]}"

apt_get() {
  apt-get -o APT::Sandbox::User=root "$@" </dev/null
}

# The version of Debian's current kernel, as 6.1.0-NN.
kernel_version() {
  apt-cache depends linux-image-amd64 2>/dev/null | sed -n 's/.*Depends: linux-image-\(6[^ ]*\)-amd64$/\1/p' | head -n 1
}

update_lists() {
  [ "$(id -u)" = 0 ] || die "the package lists are missing or old: run 'apt-get update' as root"
  echo "xenlab: updating the package lists" >&2
  apt_get update -qq >&2
}

# Prints each package that is to be had, or fails.
package_names() {
  local kernel
  kernel=$(kernel_version)
  [ -n "$kernel" ] && apt-cache show xen-hypervisor-4.17-amd64 >/dev/null 2>&1 || return 1
  printf '%s\n' "${XEN_PACKAGES[@]}" "${BASE_PACKAGES[@]}" "${GUEST_PACKAGES[@]}" "linux-image-$kernel-amd64" "linux-image-$kernel-cloud-amd64"
}

# apt-get download takes up a broken-off file and skips a whole one.
download() {
  local names
  names=$(package_names) || return 1
  mkdir -p "$CACHE/debs"
  # shellcheck disable=SC2086
  (cd "$CACHE/debs" && apt_get download -qq $names >&2)
}

unpack() {
  local deb
  rm -rf "$ROOT.part"
  mkdir -p "$ROOT.part"
  for deb in "$CACHE"/debs/*.deb; do
    dpkg -x "$deb" "$ROOT.part"
  done
  echo "$FETCHED" >"$ROOT.part/fetched"
  rm -rf "$ROOT"
  mv "$ROOT.part" "$ROOT"
  rm -rf "$CACHE/debs"
}

fetch_packages() {
  [ "$(cat "$ROOT/fetched" 2>/dev/null)" != "$FETCHED" ] || return 0
  echo "xenlab: fetching Xen, its tools and two kernels (about 115 MB)" >&2
  download || { update_lists && download; } || die "the packages could not be downloaded"
  unpack
}

# The folder name of the one kernel that matches, below lib/modules.
kernel_of() {
  basename "$(echo "$ROOT"/lib/modules/*[0-9]"$1")"
}
