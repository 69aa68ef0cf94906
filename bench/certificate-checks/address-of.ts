// The address of an endpoint: each has its own on loopback.

export function addressOf(index: number): string {
  return `127.1.${index >> 8}.${index & 255 || 1}`;
}
