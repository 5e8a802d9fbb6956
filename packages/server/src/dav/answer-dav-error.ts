import { AppError, isAppError } from '@holdfast/base';
import { encodePath } from '@holdfast/protocol';

/**
 * Runs a handler and turns the tree paths in the errors of the store into addresses of the mount the request came
 * through, as error bodies name them (RFC 4918 §16).
 */
export async function answerDavError<T>(mount: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!isAppError(error) || !Array.isArray(error.details.hrefs)) throw error;
    const hrefs = error.details.hrefs.map((path) => `${mount}/${encodePath(String(path))}`);
    throw new AppError(error.code, { ...error.details, hrefs }, { cause: error });
  }
}
