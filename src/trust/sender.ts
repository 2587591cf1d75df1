/** By whom a call is sent: a client by the name of its registration, and the tenant that it calls for. */
export interface Sender {
  name: string
  /** Empty where it calls for none. */
  tenant: string
}

/** How a sender is spelled where something is kept for it and for no other. */
export const spelledSender = (name: string, tenant = ''): string => JSON.stringify([name, tenant])

/** How every sender is spelled as which people work in pages of ours: no registered client has such a name. */
export const PAGE_SENDERS = '["('

/** The sender that is spelled so; undefined where the calls were of whoever came, since nobody is registered. */
export function senderIn(spelled: string): Sender | undefined {
  if (spelled === '') return undefined
  const [name = '', tenant = ''] = JSON.parse(spelled) as string[]
  return { name, tenant }
}

/** A sender as people outside write it: `client`, or `client/tenant`. No name of a client holds a slash. */
export const writtenSender = ({ name, tenant }: Sender): string => (tenant === '' ? name : `${name}/${tenant}`)

/** How the sender is spelled that somebody outside wrote. */
export function senderWritten(written: string): string {
  const [name = '', ...tenant] = written.split('/')
  return spelledSender(name, tenant.join('/'))
}
