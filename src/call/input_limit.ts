/** The largest input that hookvisor reads, in bytes; libvirt's documents are a few KiB. */
export const INPUT_LIMIT = 16 * 1024 * 1024;
