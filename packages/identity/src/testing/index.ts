export { openTestIdentity, type TestIdentity, testPasswordCost } from './open-test-identity.ts';
