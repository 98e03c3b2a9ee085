/** Where systemd-journald takes messages: datagrams of its native protocol (systemd, docs/JOURNAL_NATIVE_PROTOCOL.md). */
export const JOURNAL_SOCKET = "/run/systemd/journal/socket";
