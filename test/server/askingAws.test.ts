/** What the server asks of AWS through those who provide it: plans as somebody types, names, and rollouts. */
import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import {
  CodeLensRequest,
  CompletionRequest,
  DidChangeConfigurationNotification,
  LogMessageNotification,
} from 'vscode-languageserver/node';
import { EngineError } from '../../engine/errors.ts';
import { VirtualClock } from '../../sandbox/index.ts';
import {
  type AwsListener,
  type AwsSettings,
  type AwsSource,
  LENS_COMMANDS,
  NOTHING_KNOWN,
  type PlanProvider,
  type PlanView,
  planWorkload,
  rolloutsChanged,
} from '../../server/index.ts';
import { type StartOptions, type TestClient, uriOf, withClient } from './client.ts';
import { memoryReader } from './fixture.ts';

const PATH = 'dev/web_svcdef.json';
const SERVICE = '{ "serviceName": "web", "cluster": "prod", "taskDefinition": "web", "desiredCount": 1 }\n';
const counting = (count: number) => SERVICE.replace('1 }', `${count} }`);

function withOpen(use: (client: TestClient) => Promise<void>, options: StartOptions): Promise<void> {
  return withClient(
    memoryReader(new Map([[PATH, SERVICE]])),
    async (client) => {
      await client.open(PATH, SERVICE);
      await client.until(() => client.published.has(uriOf(PATH)));
      await use(client);
    },
    options,
  );
}

const askPlan = (client: TestClient, live: boolean): Promise<PlanView> =>
  client.connection.sendRequest(planWorkload.method, { uri: uriOf(PATH), live });

const view = (live: boolean, reason: string): PlanView => ({
  workload: 'dev/web',
  action: 'update',
  reason,
  differences: [],
  problems: [],
  live,
});

/** Its reasons are the texts that were planned. */
function planning(live: (text: string) => Promise<PlanView>) {
  const asked: string[] = [];
  const plans: PlanProvider = {
    plan(_place, isLive, texts) {
      const text = texts.get(PATH) ?? 'as on disk';
      asked.push(`${isLive ? 'live' : 'offline'} ${/\d+ }/.exec(text)?.[0]}`);
      return isLive ? live(text) : Promise.resolve(view(false, text));
    },
  };
  return { plans, asked };
}

describe('a plan as somebody types', () => {
  it('is of the text in the editor, with the edit that was sent before it', () => {
    const { plans, asked } = planning(async (text) => view(true, text));
    return withOpen(
      async (client) => {
        for (const [i, live] of [false, true, false, true].entries()) {
          const text = counting(i + 2);
          await client.change(PATH, i + 2, { text });
          assert.deepEqual(await askPlan(client, live), view(live, text));
          // The same again is not planned again.
          assert.deepEqual(await askPlan(client, live), view(live, text));
        }
        assert.deepEqual(asked, ['offline 2 }', 'live 3 }', 'offline 4 }', 'live 5 }']);
      },
      { plans },
    );
  });

  it('is made one at a time, and of the texts that there are by then', () => {
    const answers: ((plan: PlanView) => void)[] = [];
    const { plans, asked } = planning(() => new Promise((resolve) => answers.push(resolve)));
    return withOpen(
      async (client) => {
        const waiting = [askPlan(client, true)];
        for (const count of [2, 3, 4, 5]) {
          await client.change(PATH, count, { text: counting(count) });
          waiting.push(askPlan(client, true));
        }
        while (answers.length < 1) await turn();
        // What is asked without AWS does not wait for it.
        assert.equal((await askPlan(client, false)).live, false);
        answers[0]!(view(true, 'first'));
        while (answers.length < 2) await turn();
        answers[1]!(view(true, 'last'));
        const reasons = (await Promise.all(waiting)).map(({ reason }) => reason);
        assert.deepEqual(reasons.slice(1), ['last', 'last', 'last', 'last']);
        assert.deepEqual(asked.filter((one) => one.startsWith('live')).slice(1), ['live 5 }']);
      },
      { plans },
    );
  });

  it('is the offline one, and says why, where AWS refuses', () => {
    const { plans } = planning(async () => {
      throw new EngineError('aws.no-credentials', 'no AWS credentials', { hint: 'log in' });
    });
    return withOpen(
      async (client) => {
        const { live, reason, problems } = await askPlan(client, true);
        assert.deepEqual([live, reason], [false, SERVICE]);
        assert.deepEqual(problems, [
          { severity: 'warning', code: 'aws.no-credentials', message: 'no AWS credentials: log in' },
        ]);
      },
      { plans },
    );
  });

  it('is the offline one after eight seconds without an answer', () => {
    const clock = new VirtualClock();
    const { plans, asked } = planning(() => new Promise(() => {}));
    return withOpen(
      async (client) => {
        const answer = askPlan(client, true);
        while (!asked.some((one) => one.startsWith('live'))) await turn();
        await clock.advance(8_000);
        const { live, problems } = await answer;
        assert.deepEqual([live, problems.map(({ code }) => code)], [false, ['plan.no-answer']]);
      },
      { plans, clock },
    );
  });

  it('is the offline one where the client does not let AWS be asked', () => {
    const { plans, asked } = planning(async (text) => view(true, text));
    return withOpen(
      async (client) => {
        assert.equal((await askPlan(client, true)).live, false);
        const settings = { gitmoxi: { livePlans: true } };
        await client.connection.sendNotification(DidChangeConfigurationNotification.type, { settings });
        assert.equal((await askPlan(client, true)).live, true);
        assert.deepEqual(asked, ['offline 1 }', 'live 1 }']);
      },
      { plans, initializationOptions: { livePlans: false } },
    );
  });

  it('is a refusal in words where there is none, and not an internal error', () => {
    const plans: PlanProvider = {
      plan: async () => {
        throw new EngineError('git.not-a-repository', 'no git repository at /tmp');
      },
    };
    return withOpen((client) => assert.rejects(askPlan(client, false), /^Error: no git repository at \/tmp$/), {
      plans,
    });
  });
});

describe('what is known of the account', () => {
  function knowing() {
    let listener: AwsListener | undefined;
    let clusters = NOTHING_KNOWN;
    const places: object[] = [];
    const aws: AwsSource = {
      list(kind, place) {
        if (kind === 'cluster') places.push(place);
        return kind === 'cluster' ? clusters : NOTHING_KNOWN;
      },
      listen: (one) => {
        listener = one;
      },
    };
    return {
      aws,
      places,
      tell(...ids: string[]) {
        clusters = { things: ids.map((id) => ({ id })), complete: true };
        listener!.news();
      },
      trouble: (message: string) => listener!.trouble(message),
    };
  }

  it('is shown in open documents as soon as it is known, and gone when it is no longer so', () => {
    const { aws, tell } = knowing();
    return withOpen(
      async (client) => {
        assert.deepEqual(client.published.get(uriOf(PATH))?.diagnostics, []);
        tell('test');
        await client.codes(PATH, 'aws.no-cluster');
        tell('test', 'prod');
        await client.codes(PATH);
      },
      { aws },
    );
  });

  it('is offered as values', () => {
    const { aws, tell } = knowing();
    return withOpen(
      async (client) => {
        tell('test', 'prod');
        const position = { line: 0, character: SERVICE.indexOf('prod') };
        const answer = await client.connection.sendRequest(CompletionRequest.type, {
          textDocument: { uri: uriOf(PATH) },
          position,
        });
        const items = Array.isArray(answer) ? answer : (answer?.items ?? []);
        assert.deepEqual(
          items
            .slice(0, 2)
            .map(({ label }) => label)
            .sort(),
          ['prod', 'test'],
        );
      },
      { aws },
    );
  });

  it('is asked for again as long as a document is open', () => {
    const { aws, places } = knowing();
    const clock = new VirtualClock();
    return withOpen(
      async () => {
        const before = places.length;
        await clock.advance(60_000);
        while (places.length === before) await turn();
      },
      { aws, clock, initializationOptions: { awsKnowledge: true } },
    );
  });

  it('has its trouble in the log, and nowhere else', () => {
    const { aws, trouble } = knowing();
    return withOpen(
      async (client) => {
        const said = new Promise((resolve) => {
          client.connection.onNotification(LogMessageNotification.type, ({ message }) => resolve(message));
        });
        trouble('AWS said no');
        assert.equal(await said, 'AWS said no');
        assert.deepEqual(client.published.get(uriOf(PATH))?.diagnostics, []);
      },
      { aws },
    );
  });

  it('is asked for where the settings lead, from the beginning and when they change', () => {
    const followed: AwsSettings[] = [];
    return withOpen(
      async (client) => {
        assert.deepEqual(followed, [{ knowledge: false, live: true, access: { region: 'eu-west-1' } }]);
        const change = (gitmoxi: object) =>
          client.connection.sendNotification(DidChangeConfigurationNotification.type, { settings: { gitmoxi } });
        await change({ awsKnowledge: true, profile: ' ops ', accounts: { '1': 'x' }, region: 7, endpoint: null });
        await change({ awsKnowledge: true, severity: {} });
        await change({ awsKnowledge: 'yes', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } });
        await change({ awsKnowledge: false, credentials: null });
        await client.codes(PATH);
        await askPlan(client, false);
        const access = { region: 'eu-west-1', profile: 'ops', accounts: { '1': 'x' } };
        assert.deepEqual(followed.slice(1), [
          { knowledge: true, live: true, access },
          {
            knowledge: true,
            live: true,
            access: { ...access, credentials: { accessKeyId: 'a', secretAccessKey: 'b' } },
          },
          { knowledge: false, live: true, access },
        ]);
      },
      { follow: (settings) => followed.push(settings), initializationOptions: { region: 'eu-west-1' } },
    );
  });
});

describe('the lens of the last rollout', () => {
  const last = {
    rollout: 'r-1',
    phase: 'succeeded',
    startedAt: new Date(2026, 10, 22, 6, 29).getTime(),
    endedAt: new Date(2026, 10, 22, 6, 30).getTime(),
    commit: '1a2b3c4d5e',
  };
  const lens = async (client: TestClient) => {
    const lenses = await client.connection.sendRequest(CodeLensRequest.type, { textDocument: { uri: uriOf(PATH) } });
    assert.equal(lenses?.length, 1);
    return { title: lenses[0]?.command?.title, data: lenses[0]?.data as unknown };
  };
  const initializationOptions = { commands: [LENS_COMMANDS.lastRollout] };

  it('says how it ended, when and with what, and follows word of others', () => {
    let told: typeof last | undefined;
    return withOpen(
      async (client) => {
        assert.deepEqual(await lens(client), { title: 'No rollout yet', data: { kind: 'lastRollout' } });
        told = last;
        await client.connection.sendNotification(rolloutsChanged.method, {});
        assert.deepEqual(await lens(client), {
          title: 'Last rollout: succeeded 2026-11-22 06:30 · 1a2b3c4',
          data: { kind: 'lastRollout', rollout: last },
        });
      },
      { rollouts: { last: async () => told }, initializationOptions },
    );
  });

  it('says since when one is under way, of a working tree too', () =>
    withOpen(
      async (client) => {
        assert.equal((await lens(client)).title, 'Last rollout: shifting since 2026-11-22 06:29 · working tree');
      },
      {
        rollouts: { last: async () => ({ ...last, phase: 'shifting', endedAt: null, commit: null }) },
        initializationOptions,
      },
    ));

  it('waits for nobody, and is there all the same where nothing is told', () => {
    const clock = new VirtualClock();
    let isAsked = false;
    const last = () => {
      isAsked = true;
      return new Promise<undefined>(() => {});
    };
    return withOpen(
      async (client) => {
        const answer = lens(client);
        while (!isAsked) await turn();
        await clock.advance(300);
        assert.deepEqual(await answer, { title: 'Last rollout', data: { kind: 'lastRollout' } });
      },
      { rollouts: { last }, initializationOptions, clock },
    );
  });

  it('is there without a store that can be read', () =>
    withOpen(async (client) => assert.equal((await lens(client)).title, 'Last rollout'), {
      rollouts: { last: () => Promise.reject(new EngineError('store.locked', 'no')) },
      initializationOptions,
    }));
});
