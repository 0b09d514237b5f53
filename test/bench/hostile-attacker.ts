/**
 * Hostile strangers as a process of its own, at the lowest priority, so that what is measured is who is attacked. Told what to do by process messages,
 * says how it went.
 */
import { constants, setPriority } from 'node:os';
import { attack, type AttackOrder } from './hostile-strangers.ts';

export type ToAttacker = AttackOrder;

setPriority(constants.priority.PRIORITY_LOW);
process.on('message', (order: ToAttacker) => void attack(order).then((report) => process.send?.(report)));
process.on('disconnect', () => process.exit(0));
