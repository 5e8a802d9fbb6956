export { type FolderUnderTest, folderContract } from './folder-contract.ts';
export { MemoryDisk, type MemoryDiskOptions } from './memory-disk.ts';
export { MemoryFolder, type MemoryFolderOptions } from './memory-folder.ts';
