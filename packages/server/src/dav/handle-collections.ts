import { AppError } from '@holdfast/base';
import {
  emptyElement,
  escapeXml,
  namespaces,
  type PropfindRequest,
  parseDepth,
  parsePropfind,
  propertyResponse,
} from '@holdfast/protocol';
import type { FastifyReply } from 'fastify';
import { type DavCaller, headerOf, readXml } from './dav-call.ts';
import { principalHref } from './live-properties.ts';
import { sendMultistatus } from './send-multistatus.ts';

/** One of the collections above the trees: it holds nothing of its own. */
interface Collection {
  readonly href: string;
  readonly name: string;
  readonly members: readonly string[];
  readonly principal: boolean;
}

const base = '/remote.php/dav';

/** PROPFIND of the addresses above the trees, for clients that walk down from the root. */
export async function handleCollections(caller: DavCaller, pathname: string): Promise<FastifyReply> {
  const { request, principal, reply } = caller;
  const depth = parseDepth(headerOf(request, 'depth'), ['0', '1', 'infinity'], 'infinity');
  if (depth === 'infinity') throw new AppError('propfind-infinity');
  const wanted = parsePropfind(await readXml(caller));
  const known = collectionsOf(principal.userId, principal.displayName);
  const self = known.get(decodeAddress(pathname));
  if (!self) throw new AppError('not-found');
  const members = depth === '0' ? [] : self.members.flatMap((href) => known.get(decodeAddress(href)) ?? []);
  const render = (collection: Collection) => respond(collection, wanted, principal.userId);
  return sendMultistatus(reply, [self, ...members].map(render).join(''));
}

function decodeAddress(pathname: string): string {
  try {
    return decodeURIComponent(pathname).replace(/\/+$/, '');
  } catch (cause) {
    throw new AppError('bad-path', {}, { cause });
  }
}

function collectionsOf(userId: string, displayName: string): ReadonlyMap<string, Collection> {
  const own = encodeURIComponent(userId);
  const entry = (path: string, name: string, members: string[], principal = false): [string, Collection] => [
    decodeAddress(`${base}${path}`),
    { href: `${base}${path}/`, name, members: members.map((member) => `${base}${member}/`), principal },
  ];
  return new Map([
    entry('', 'dav', ['/files', '/uploads', '/principals']),
    entry('/files', 'files', [`/files/${own}`]),
    entry(`/files/${own}`, displayName, []),
    entry('/uploads', 'uploads', [`/uploads/${own}`]),
    entry(`/uploads/${own}`, 'uploads', []),
    entry('/principals', 'principals', ['/principals/users']),
    entry('/principals/users', 'users', [`/principals/users/${own}`]),
    entry(`/principals/users/${own}`, displayName, [], true),
  ]);
}

function respond(collection: Collection, wanted: PropfindRequest, userId: string): string {
  const href = (address: string) => `<d:href>${address}</d:href>`;
  const values: Record<string, string> = {
    resourcetype: `<d:collection/>${collection.principal ? '<d:principal/>' : ''}`,
    displayname: escapeXml(collection.name),
    'current-user-principal': href(principalHref(userId)),
    ...(collection.principal ? { 'principal-URL': href(principalHref(userId)) } : {}),
  };
  const names =
    wanted.kind === 'prop' ? wanted.names : Object.keys(values).map((name) => ({ ns: namespaces.d, name }));
  let found = '';
  let missing = '';
  for (const { ns, name } of names) {
    const value = ns === namespaces.d && Object.hasOwn(values, name) ? values[name] : undefined;
    if (value === undefined) missing += emptyElement(ns, name);
    else found += wanted.kind === 'propname' ? `<d:${name}/>` : `<d:${name}>${value}</d:${name}>`;
  }
  return propertyResponse(collection.href, found, missing);
}
