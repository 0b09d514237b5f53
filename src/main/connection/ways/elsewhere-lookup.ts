import { lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { scopeOf } from '../../../protocol/ip-address.ts';

/** Where nobody else's word may lead: what is said to "no address" arrives at this computer as well. */
const NOWHERE: ReadonlySet<string | undefined> = new Set(['loopback', 'unspecified', 'multicast']);

/** What a name that the other side gave stands for, without this computer itself: a name says as little of where it leads as whoever gave it wants. */
export const lookupElsewhere: LookupFunction = (hostname, options, done) => {
  lookup(hostname, { ...options, all: true }, (error, found) => {
    if (error !== null) return done(error, '');
    const elsewhere = found.filter(({ address }) => !NOWHERE.has(scopeOf(address)));
    const [first] = elsewhere;
    if (first === undefined) done(Object.assign(new Error(`${hostname} leads to nobody else`), { code: 'ENOTFOUND' }), '');
    else if (options.all === true) done(null, elsewhere);
    else done(null, first.address, first.family);
  });
};
