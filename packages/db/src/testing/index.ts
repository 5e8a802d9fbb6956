export { damageDb } from './damage-db.ts';
export { openTestDb, type TestDb } from './open-test-db.ts';
