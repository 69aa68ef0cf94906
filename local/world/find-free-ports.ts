// Ports for programs that cannot tell which one they got for 0.
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

/** Different ports that were free on loopback a moment ago; another process could take one before it is used. */
export async function findFreePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}
