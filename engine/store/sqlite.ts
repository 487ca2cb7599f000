/**
 * The store on this machine: one SQLite file in WAL mode, shared by the command line, the daemon and every editor
 * window. Owns rollout records, their events, leases, processed commits and holds.
 *
 * Two guards keep two owners apart: an unfinished rollout is unique per target (index), and an append names the
 * sequence number and the fence it believes in (compare and set). Nothing here knows what a rollout does.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { EngineError } from '../errors.ts';
import { targetKey } from '../plan/index.ts';
import type {
  Asked,
  Claim,
  Command,
  EventDraft,
  Owner,
  RolloutEvent,
  RolloutRecord,
  StoredRollout,
} from '../rollout/index.ts';
import type { Hold, Processed, RolloutQuery, Store } from './store.ts';

/** A lease not renewed for this long is anybody's, ms of real time. */
export const LEASE_MS = 30_000;

/** How long a writer waits for another one, ms. */
const BUSY_MS = 10_000;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS rollouts (
    id TEXT PRIMARY KEY,
    repository TEXT NOT NULL,
    workload TEXT NOT NULL,
    target TEXT NOT NULL,
    phase TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    ended_at INTEGER,
    seq INTEGER NOT NULL,
    record TEXT NOT NULL,
    owner TEXT,
    owner_host TEXT,
    owner_pid INTEGER,
    lease_until INTEGER NOT NULL,
    fence INTEGER NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX IF NOT EXISTS one_unfinished_per_target ON rollouts (target) WHERE ended_at IS NULL;
  CREATE INDEX IF NOT EXISTS by_workload ON rollouts (workload, started_at);
  CREATE INDEX IF NOT EXISTS by_target ON rollouts (target, started_at);
  CREATE INDEX IF NOT EXISTS by_start ON rollouts (started_at);
  CREATE TABLE IF NOT EXISTS events (
    rollout TEXT NOT NULL,
    seq INTEGER NOT NULL,
    event TEXT NOT NULL,
    PRIMARY KEY (rollout, seq)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS commands (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    rollout TEXT NOT NULL,
    command TEXT NOT NULL,
    asked_by TEXT NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS commands_by_rollout ON commands (rollout, id);
  CREATE TABLE IF NOT EXISTS processed (
    repository TEXT NOT NULL,
    branch TEXT NOT NULL,
    commit_id TEXT NOT NULL,
    at INTEGER NOT NULL,
    planned_at INTEGER,
    PRIMARY KEY (repository, branch, commit_id)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS holds (
    repository TEXT NOT NULL,
    kind TEXT NOT NULL,
    workload TEXT NOT NULL,
    commit_id TEXT,
    reason TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (repository, kind, workload)
  ) STRICT, WITHOUT ROWID;
`;

/** The version of the tables above; a file with a newer one is refused instead of damaged. */
const SCHEMA_VERSION = 3;

interface RolloutRow {
  readonly record: string;
  readonly seq: number;
  readonly owner: string | null;
  readonly owner_host: string | null;
  readonly owner_pid: number | null;
  readonly lease_until: number;
  readonly fence: number;
  readonly ended_at: number | null;
}

/** Ended, and only not yet collected by its parent. Told by Linux; elsewhere nothing is known of it. */
function isZombie(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return /^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
  } catch {
    return false;
  }
}

/** Is the process that holds a lease known to be gone? Only answers for processes of this machine. */
function isDead(host: string | null, pid: number | null): boolean {
  if (host !== hostname() || pid === null) return false;
  try {
    process.kill(pid, 0);
    return isZombie(pid);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

const versionOf = (database: DatabaseSync): number =>
  (database.prepare('PRAGMA user_version').get() as { user_version: number }).user_version;

/** Another process may be at the same. */
function upgrade(database: DatabaseSync): void {
  database.exec('BEGIN IMMEDIATE');
  const from = versionOf(database);
  if (from < SCHEMA_VERSION) {
    const columns = database.prepare('PRAGMA table_info(processed)').all() as { name: string }[];
    const isOld = columns.length > 0 && !columns.some(({ name }) => name === 'planned_at');
    if (isOld) database.exec('ALTER TABLE processed ADD COLUMN planned_at INTEGER');
    database.exec(`${SCHEMA} PRAGMA user_version = ${SCHEMA_VERSION};`);
  }
  database.exec('COMMIT');
}

function open(file: string): DatabaseSync {
  try {
    if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const database = new DatabaseSync(file, { timeout: BUSY_MS });
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
    const version = versionOf(database);
    if (version > SCHEMA_VERSION) {
      database.close();
      throw new EngineError('store.newer', `the store ${file} was written by a newer version`, {
        kind: 'surroundings',
        hint: 'update gitmoxi, or use another --store',
      });
    }
    // Only where it is needed: it waits for the disk.
    if (version < SCHEMA_VERSION) upgrade(database);
    return database;
  } catch (error) {
    throw storeError(file, error);
  }
}

function storeError(file: string, error: unknown): EngineError {
  if (error instanceof EngineError) return error;
  const text = error instanceof Error ? error.message : String(error);
  const locked = /locked|busy/i.test(text);
  return new EngineError(locked ? 'store.locked' : 'store.unusable', `the store ${file} cannot be used: ${text}`, {
    kind: 'surroundings',
    hint: locked
      ? 'another process is writing to it: try again'
      : 'check the path and its permissions, or use another --store',
    cause: error,
  });
}

/**
 * Opens or creates a store file.
 *
 * @param file a path, or `:memory:`
 * @param now real time, ms since the epoch: leases are about processes, which live in real time
 * @throws EngineError `store.unusable`, `store.locked`, `store.newer`, all of kind `surroundings`
 */
export function openSqliteStore(file: string, now: () => number = Date.now): Store {
  const database = open(file);
  /** Preparing costs more than running; the texts are few. */
  const statements = new Map<string, StatementSync>();
  const prepared = (sql: string): StatementSync => {
    const statement = statements.get(sql) ?? database.prepare(sql);
    statements.set(sql, statement);
    return statement;
  };
  const run = (sql: string, ...values: SQLInputValue[]) => prepared(sql).run(...values);
  const one = <T>(sql: string, ...values: SQLInputValue[]) => prepared(sql).get(...values) as T | undefined;
  const all = <T>(sql: string, ...values: SQLInputValue[]) => prepared(sql).all(...values) as T[];

  function transaction<T>(work: () => T): T {
    try {
      database.exec('BEGIN IMMEDIATE');
    } catch (error) {
      throw storeError(file, error);
    }
    try {
      const result = work();
      database.exec('COMMIT');
      return result;
    } catch (error) {
      database.exec('ROLLBACK');
      throw storeError(file, error);
    }
  }

  const stored = (row: RolloutRow): StoredRollout => {
    const alive = row.owner !== null && row.lease_until > now() && !isDead(row.owner_host, row.owner_pid);
    return {
      record: JSON.parse(row.record) as RolloutRecord,
      seq: row.seq,
      owner: alive ? { id: row.owner!, host: row.owner_host ?? '', pid: row.owner_pid ?? 0 } : undefined,
    };
  };

  function writeEvents(record: RolloutRecord, after: number, drafts: readonly EventDraft[]): RolloutEvent[] {
    const insert = prepared('INSERT INTO events (rollout, seq, event) VALUES (?, ?, ?)');
    return drafts.map((draft, i) => {
      const event: RolloutEvent = {
        seq: after + i + 1,
        time: record.updatedAt,
        rollout: record.id,
        workload: record.workload,
        code: draft.code,
        level: draft.level ?? 'info',
        phase: draft.phase ?? record.phase,
        message: draft.message,
        data: draft.data ?? {},
      };
      insert.run(record.id, event.seq, JSON.stringify(event));
      return event;
    });
  }

  const fenced = (rollout: string) =>
    new EngineError('store.fenced', `another process has taken over the rollout ${rollout}`, {
      kind: 'surroundings',
      hint: 'watch it with `gitmoxi status --watch`',
    });

  function create(record: RolloutRecord, owner: Owner, event: EventDraft) {
    return transaction(() => {
      const target = targetKey(record.target);
      const busy = one<RolloutRow>('SELECT * FROM rollouts WHERE target = ? AND ended_at IS NULL', target);
      if (busy) return { conflict: stored(busy) };
      run(
        `INSERT INTO rollouts (id, repository, workload, target, phase, started_at, ended_at, seq, record, owner, owner_host, owner_pid, lease_until, fence)
         VALUES (?, ?, ?, ?, ?, ?, NULL, 1, ?, ?, ?, ?, ?, 1)`,
        record.id,
        record.repository.identity,
        record.workload,
        target,
        record.phase,
        record.startedAt,
        JSON.stringify(record),
        owner.id,
        owner.host,
        owner.pid,
        now() + LEASE_MS,
      );
      const events = writeEvents(record, 0, [event]);
      return { claim: { rollout: record.id, owner, fence: 1 }, seq: 1, events };
    });
  }

  function claim(rollout: string, owner: Owner) {
    return transaction(() => {
      const row = one<RolloutRow>('SELECT * FROM rollouts WHERE id = ?', rollout);
      if (!row) throw notFound(rollout);
      const before = stored(row);
      if (before.owner && before.owner.id !== owner.id) return { heldBy: before.owner };
      const fence = row.fence + 1;
      run(
        'UPDATE rollouts SET owner = ?, owner_host = ?, owner_pid = ?, lease_until = ?, fence = ? WHERE id = ?',
        owner.id,
        owner.host,
        owner.pid,
        now() + LEASE_MS,
        fence,
        rollout,
      );
      return { claim: { rollout, owner, fence }, stored: { ...before, owner } };
    });
  }

  function append(held: Claim, seq: number, record: RolloutRecord, drafts: readonly EventDraft[]) {
    return transaction(() => {
      const next = seq + Math.max(1, drafts.length);
      const { changes } = run(
        'UPDATE rollouts SET record = ?, phase = ?, ended_at = ?, seq = ?, lease_until = ? WHERE id = ? AND seq = ? AND fence = ?',
        JSON.stringify(record),
        record.phase,
        record.endedAt,
        next,
        now() + LEASE_MS,
        record.id,
        seq,
        held.fence,
      );
      if (changes !== 1) throw fenced(record.id);
      if (record.phase === 'succeeded') settleHold(record);
      return { seq: next, events: writeEvents(record, seq, drafts) };
    });
  }

  /** A rollback quarantines the commit it went back from; deploying a held workload on purpose lifts the hold. */
  function settleHold({ repository: { identity }, kind, workload, hold, force }: RolloutRecord): void {
    if (hold) writeHold({ ...hold, repository: identity, kind, workload, commit: hold.commit ?? undefined });
    else if (force) deleteHold(identity, kind, workload);
  }

  const writeHold = (hold: Omit<Hold, 'at'>) =>
    run(
      'INSERT OR REPLACE INTO holds (repository, kind, workload, commit_id, reason, at) VALUES (?, ?, ?, ?, ?, ?)',
      hold.repository,
      hold.kind,
      hold.workload,
      hold.commit ?? null,
      hold.reason,
      now(),
    );

  const deleteHold = (repository: string, kind: string, workload: string) =>
    run('DELETE FROM holds WHERE repository = ? AND kind = ? AND workload = ?', repository, kind, workload).changes ===
    1;

  const notFound = (rollout: string) =>
    new EngineError('store.no-such-rollout', `no rollout ${rollout} in this store`, {
      kind: 'usage',
      hint: 'see `gitmoxi history` for the ids',
    });

  function list(query: RolloutQuery): StoredRollout[] {
    const where: string[] = [];
    const values: SQLInputValue[] = [];
    if (query.repository !== undefined) {
      where.push('repository = ?');
      values.push(query.repository);
    }
    if (query.workload !== undefined) {
      where.push('workload = ?');
      values.push(query.workload);
    }
    if (query.target !== undefined) {
      where.push('target = ?');
      values.push(targetKey(query.target));
    }
    if (query.unfinished) where.push('ended_at IS NULL');
    const clause = where.length > 0 ? `WHERE ${where.join(' AND ')}` : '';
    // SQLite reads a negative limit as none.
    values.push(query.limit ?? (query.unfinished ? -1 : 1000));
    return all<RolloutRow>(
      `SELECT * FROM rollouts ${clause} ORDER BY started_at DESC, rowid DESC LIMIT ?`,
      ...values,
    ).map(stored);
  }

  function latest(repository: string | undefined): StoredRollout[] {
    const [clause, values] = repository === undefined ? ['', []] : ['WHERE repository = ?', [repository]];
    return all<RolloutRow>(
      `SELECT * FROM rollouts WHERE rowid IN (
         SELECT id FROM (
           SELECT rowid AS id, row_number() OVER (PARTITION BY target ORDER BY started_at DESC, rowid DESC) AS place
           FROM rollouts ${clause}
         ) WHERE place = 1
       )`,
      ...values,
    ).map(stored);
  }

  const guarded = async <T>(work: () => T): Promise<T> => {
    try {
      return work();
    } catch (error) {
      throw storeError(file, error);
    }
  };

  return {
    location: file,
    create: (record, owner, event) => guarded(() => create(record, owner, event)),
    load: (rollout) =>
      guarded(() => {
        const row = one<RolloutRow>('SELECT * FROM rollouts WHERE id = ?', rollout);
        return row && stored(row);
      }),
    claim: (rollout, owner) => guarded(() => claim(rollout, owner)),
    renew: (held) =>
      guarded(() => {
        const { changes } = run(
          'UPDATE rollouts SET lease_until = ? WHERE id = ? AND fence = ?',
          now() + LEASE_MS,
          held.rollout,
          held.fence,
        );
        if (changes !== 1) throw fenced(held.rollout);
      }),
    release: (held) =>
      guarded(() => {
        run('UPDATE rollouts SET owner = NULL, lease_until = 0 WHERE id = ? AND fence = ?', held.rollout, held.fence);
      }),
    append: (held, seq, record, drafts) => guarded(() => append(held, seq, record, drafts)),
    commands: (rollout, after) =>
      guarded(() =>
        all<{ id: number; command: Command; asked_by: string }>(
          'SELECT id, command, asked_by FROM commands WHERE rollout = ? AND id > ? ORDER BY id',
          rollout,
          after,
        ).map((row): Asked => ({ id: row.id, command: row.command, by: row.asked_by })),
      ),
    ask: (rollout, command, by) =>
      guarded(() => {
        const { changes } = run(
          `INSERT INTO commands (rollout, command, asked_by)
           SELECT id, ?, ? FROM rollouts WHERE id = ? AND ended_at IS NULL`,
          command,
          by,
          rollout,
        );
        return changes === 1;
      }),
    list: (query) => guarded(() => list(query)),
    latest: (repository) => guarded(() => latest(repository)),
    events: (rollout, after) =>
      guarded(() =>
        all<{ event: string }>(
          'SELECT event FROM events WHERE rollout = ? AND seq > ? ORDER BY seq',
          rollout,
          after,
        ).map((row) => JSON.parse(row.event) as RolloutEvent),
      ),
    lastProcessed: (repository, branch) =>
      guarded(() => {
        const row = one<{ commit_id: string; at: number; planned_at: number | null }>(
          'SELECT commit_id, at, planned_at FROM processed WHERE repository = ? AND branch = ? ORDER BY at DESC LIMIT 1',
          repository,
          branch,
        );
        return row && { commit: row.commit_id, at: row.at, plannedAt: row.planned_at ?? undefined };
      }),
    processed: (repository, limit) =>
      guarded(() =>
        all<{ branch: string; commit_id: string; at: number }>(
          'SELECT branch, commit_id, at FROM processed WHERE repository = ? ORDER BY at DESC LIMIT ?',
          repository,
          limit,
        ).map((row): Processed => ({ branch: row.branch, commit: row.commit_id, at: row.at })),
      ),
    markProcessed: (repository, branch, commit, plannedAt) =>
      guarded(() => {
        // Strictly later than every earlier mark, so that the last one is the last one within one millisecond too.
        const last =
          one<{ at: number | null }>(
            'SELECT max(at) AS at FROM processed WHERE repository = ? AND branch = ?',
            repository,
            branch,
          )?.at ?? 0;
        run(
          'INSERT OR REPLACE INTO processed (repository, branch, commit_id, at, planned_at) VALUES (?, ?, ?, ?, ?)',
          repository,
          branch,
          commit,
          Math.max(now(), last + 1),
          plannedAt ?? null,
        );
      }),
    hold: (hold) =>
      guarded(() => {
        writeHold(hold);
      }),
    releaseHold: (repository, kind, workload) => guarded(() => deleteHold(repository, kind, workload)),
    holds: (repository) =>
      guarded(() =>
        all<{ kind: 'ecs' | 'lambda'; workload: string; commit_id: string | null; reason: string; at: number }>(
          'SELECT kind, workload, commit_id, reason, at FROM holds WHERE repository = ?',
          repository,
        ).map(
          (row): Hold => ({
            repository,
            kind: row.kind,
            workload: row.workload,
            commit: row.commit_id ?? undefined,
            reason: row.reason,
            at: row.at,
          }),
        ),
      ),
    close: () => database.close(),
  };
}
