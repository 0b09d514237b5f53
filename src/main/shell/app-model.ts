import type { AppState, NoticeView } from '../../preload/contract.ts';
import { Emitter } from '../emitter.ts';
import type { AppFacts } from './app-facts.ts';
import { projectState } from './window-state.ts';

/** Notices kept; a further one drops the oldest, of those that others cause where there is one. */
export const MAX_NOTICES = 10;

export interface AppModel {
  readonly facts: AppFacts;
  /** The projection of the present facts. */
  readonly state: AppState;
  update(change: Partial<AppFacts>): void;
  /** Shows a notice in the main window; one with the same key and values is shown once. */
  notify(kind: NoticeView['kind'], key: string, values?: Readonly<Record<string, string>>): void;
  /** False when there is no such notice. */
  dismissNotice(id: string): boolean;
  /** Called at every change, at once. */
  onChange(listener: () => void): () => void;
}

/** What others cause, time and again if they like, gives way before what the program has to say. */
const OF_OTHERS = 'notice.activity.';
function withRoom(notices: readonly NoticeView[]): readonly NoticeView[] {
  if (notices.length <= MAX_NOTICES) return notices;
  const leaves = notices.find(({ key }) => key.startsWith(OF_OTHERS)) ?? notices[0];
  return notices.filter((notice) => notice !== leaves);
}

export function createAppModel(initial: AppFacts): AppModel {
  let facts = initial;
  let projected: AppState | undefined;
  let notices = 0;
  const changes = new Emitter();

  const model: AppModel = {
    get facts() {
      return facts;
    },
    get state() {
      projected ??= projectState(facts);
      return projected;
    },
    update(change) {
      facts = { ...facts, ...change };
      projected = undefined;
      changes.emit();
    },
    notify(kind, key, values = {}) {
      const same = facts.notices.some((notice) => notice.key === key && JSON.stringify(notice.values) === JSON.stringify(values));
      if (same) return;
      notices += 1;
      const notice: NoticeView = { id: `notice-${notices}`, kind, key, values };
      model.update({ notices: withRoom([...facts.notices, notice]) });
    },
    dismissNotice(id) {
      const left = facts.notices.filter((notice) => notice.id !== id);
      if (left.length === facts.notices.length) return false;
      model.update({ notices: left });
      return true;
    },
    onChange: changes.on,
  };
  return model;
}
