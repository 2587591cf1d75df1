/** Parameters by which knowledge is searched, each with its type in FHIR, the element that it looks at, and what it asks for. */
export const SEARCH_PARAMETERS = [
  { name: '_id', type: 'token', element: 'id', asks: 'Its id.' },
  { name: 'name', type: 'string', element: 'name', asks: 'How its name begins, in either case.' },
  { name: 'status', type: 'token', element: 'status', asks: 'Such as draft or active.' },
  { name: 'title', type: 'string', element: 'title', asks: 'How its title begins, in either case.' },
  { name: 'url', type: 'uri', element: 'url', asks: 'Canonical of the one that is wanted, with its version or without.' },
  { name: 'version', type: 'token', element: 'version', asks: 'Its version.' },
] as const
