export { bodyOf, bytesOf, pattern } from './bodies.ts';
export { createTestFiles, type TestFiles } from './create-test-files.ts';
