export { AppError, type AppErrorDetails, isAppError } from './app-error.ts';
export type { Brand } from './brand.ts';
export { type Clock, systemClock } from './clock.ts';
export { type LogFields, type Logger, silentLogger } from './logger.ts';
export { type Random, randomHex, randomUuid, systemRandom } from './random.ts';
export { childOf, isWithin, nameOf, namesOf, parentOf, rebase, type TreePath } from './tree-path.ts';
