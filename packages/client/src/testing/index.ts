export { type Lie, MemoryRemote, type MemoryRemoteOptions } from './memory-remote.ts';
export { MemoryServer, type ServerNode } from './memory-server.ts';
export { type RemoteUnderTest, remoteContract } from './remote-contract.ts';
