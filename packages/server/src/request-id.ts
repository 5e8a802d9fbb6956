import { type Random, randomUuid } from '@holdfast/base';

const wellFormed = /^[A-Za-z0-9._:+/=-]{1,128}$/;

/** The id that the client gave its request when it is fit for a log line, a new one otherwise. */
export function requestIdOf(header: string | string[] | undefined, random: Random): string {
  return typeof header === 'string' && wellFormed.test(header) ? header : randomUuid(random);
}
