import { useState } from 'react';
import { t } from '../../../words/words.ts';
import type { CommandResult } from '../../../preload/commands.ts';
import type { ProgramView } from '../../../preload/contract.ts';
import { Button, Choices, Field, ProblemLine } from '../design/controls.tsx';
import { problemText, type Problem } from '../problem.ts';

type Trial = { readonly words: readonly string[]; readonly known: boolean };

export interface ProgramsProps {
  readonly programs: readonly ProgramView[];
  readonly problem: Problem | undefined;
  readonly onSet: (kind: ProgramView['kind'], choice: ProgramView['choice']) => Promise<{ readonly ok: boolean }>;
  readonly onTest: (kind: ProgramView['kind'], line: string) => Promise<CommandResult<Trial>>;
}

const PLACEHOLDERS = ['{address}', '{port}', '{role}', '{contact}', '{ownAddress}', '{ownPort}'];
const EXAMPLE = '/usr/bin/linphone --call sip:{address}:{port}';

/** What this computer runs for each activity. */
export function Programs({ programs, problem, onSet, onTest }: ProgramsProps) {
  const [changing, setChanging] = useState<ProgramView['kind']>();
  return (
    <section className="card stack" aria-labelledby="settings-programs">
      <h2 id="settings-programs">{t('programs.title')}</h2>
      <p className="soft">{t('programs.lead')}</p>
      <ul className="people">
        {programs.map((program) => {
          const activity = t(`activity.name.${program.kind}`);
          return changing === program.kind ? (
            <li key={program.kind}>
              <ProgramForm program={program} problem={problem} onSet={onSet} onTest={onTest} onDone={() => setChanging(undefined)} />
            </li>
          ) : (
            <li className="person" key={program.kind}>
              <span className="person__words">
                <span className="person__name">{activity}</span>
                <span className="person__more break">{shown(program)}</span>
              </span>
              <Button aria-label={t('programs.change', { activity })} onClick={() => setChanging(program.kind)}>
                {t('programs.changeShort')}
              </Button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function shown({ choice, defaultLine }: ProgramView): string {
  if (choice.use === 'own') return choice.line;
  return choice.use === 'default' && defaultLine !== undefined ? `${t('programs.default')} (${defaultLine})` : t('programs.none');
}

function ProgramForm({
  program,
  problem,
  onSet,
  onTest,
  onDone,
}: Omit<ProgramsProps, 'programs'> & { readonly program: ProgramView; readonly onDone: () => void }) {
  const { kind, choice, defaultLine } = program;
  const [use, setUse] = useState<'default' | 'none' | 'own'>(choice.use === 'default' && defaultLine === undefined ? 'none' : choice.use);
  const [line, setLine] = useState(choice.use === 'own' ? choice.line : '');
  const [trial, setTrial] = useState<Trial>();
  const error = problemText(problem);
  const test = async () => {
    const result = await onTest(kind, line);
    setTrial(result.ok ? result.value : undefined);
  };
  const save = async () => {
    const result = await onSet(kind, use === 'own' ? { use, line } : { use });
    if (result.ok) onDone();
  };
  return (
    <form
      className="inset stack"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <Choices
        legend={t('programs.legend', { activity: t(`activity.name.${kind}`) })}
        value={use}
        onValue={setUse}
        choices={[
          ...(defaultLine === undefined ? [] : [{ value: 'default' as const, label: t('programs.default'), hint: defaultLine }]),
          { value: 'own', label: t('programs.own') },
          { value: 'none', label: t('programs.none') },
        ]}
      />
      {use === 'own' ? (
        <>
          <Field
            label={t('programs.line')}
            hint={t('programs.lineHint')}
            placeholder={EXAMPLE}
            value={line}
            onValue={(next) => {
              setLine(next);
              setTrial(undefined);
            }}
            error={error}
            maxLength={1_000}
            spellCheck={false}
            autoComplete="off"
            autoFocus
          />
          <p className="soft small">
            {t('programs.filledIn')}{' '}
            {PLACEHOLDERS.map((name) => (
              <span key={name}>
                <code className="command-line">{name}</code>{' '}
              </span>
            ))}
          </p>
          {trial !== undefined && (
            <div role="status">
              <p>{t('programs.tried')}</p>
              <ol className="words-list">
                {trial.words.map((word, index) => (
                  <li key={`${index}-${word}`}>
                    <code className="command-line">{word}</code>
                  </li>
                ))}
              </ol>
              <p className="soft small">{trial.known ? t('programs.known') : t('programs.notKnown')}</p>
            </div>
          )}
        </>
      ) : (
        <ProblemLine text={error} />
      )}
      <div className="row">
        <Button type="submit" look="primary" disabled={use === 'own' && line.trim() === ''}>
          {t('programs.save')}
        </Button>
        {use === 'own' && (
          <Button disabled={line.trim() === ''} onClick={() => void test()}>
            {t('programs.try')}
          </Button>
        )}
        <Button onClick={onDone}>{t('common.cancel')}</Button>
      </div>
    </form>
  );
}
