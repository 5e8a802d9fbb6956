export { type Lie, MemoryRemote, type MemoryRemoteOptions } from './memory-remote.ts';
export { MemoryServer, type ServerNode } from './memory-server.ts';
export { remoteContract } from './remote-contract.ts';
export type { RemoteUnderTest } from './remote-promise.ts';
