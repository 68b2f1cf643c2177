# LAB xl-info: Xen, xenstored and the toolstack of dom0 work

xl_info() {
  xl info | grep -E '^(xen_version|xen_caps|nr_cpus)' && [ "$(xenstore-read /local/domain/0/name)" = Domain-0 ]
}

check xl-info xl_info
