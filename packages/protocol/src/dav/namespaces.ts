/** XML namespaces on the wire, and the prefixes that Holdfast writes them with. */
export const namespaces = {
  d: 'DAV:',
  oc: 'http://owncloud.org/ns',
  nc: 'http://nextcloud.org/ns',
  ocs: 'http://open-collaboration-services.org/ns',
  ocm: 'http://open-cloud-mesh.org/ns',
  s: 'http://sabredav.org/ns',
  /** Holdfast's own properties: `hf:mtime` (to the nanosecond), `hf:parent-id`, `hf:node`, `hf:executable`, `hf:link`. */
  hf: 'urn:holdfast:dav',
} as const;
