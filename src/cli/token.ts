import type { CommandPage } from './command-page.js'
import type { TokenOptions } from './mint-token.js'

/** `columna token`. */
export const token: CommandPage<TokenOptions> = {
  name: 'token',
  says: 'signs a token for one request, as a registered client would, to try a service that is closed to others',
  description: [
    '`--new` makes a private key, writes it into a file that only its owner may read, and tells the `trust.json` that registers it. With `--key` and `--url` a token for one request to that address is told, signed as the client of `--trust` that the key belongs to.',
  ],
  examples: [
    { does: 'Make a key, and the file that registers it', words: 'token --new key.json > trust.json' },
    {
      does: 'Sign a token for one call',
      words: 'token --key key.json --trust trust.json --url https://cds.example.org/cds-services/a-service',
    },
  ],
  json: '{ token: string }; with --new the trust.json, { clients: { name: string, iss: string, jwks: object }[] }',
  takes: command =>
    command
      .option('--new <file>', 'makes a key in this file')
      .option('--key <file>', 'private key, a JWK')
      .option('--url <address>', 'address that the token is for')
      .option('--trust <file>', 'registered clients', 'trust.json')
      .option('--client <name>', 'name of the client, where the key does not tell'),
  run: async ({ options, teller }) => (await import('./mint-token.js')).mintToken(options, teller),
}
