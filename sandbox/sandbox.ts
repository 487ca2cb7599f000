/** Puts the sandbox together: world, clock, services, server. The only place that knows all services. */
import { apiGateway } from './apigateway/index.ts';
import { CallLog, type CallRecord } from './callLog.ts';
import { cloudwatch } from './cloudwatch/index.ts';
import { ec2 } from './ec2/index.ts';
import { ecr } from './ecr/index.ts';
import { ecs } from './ecs/index.ts';
import { elbv2 } from './elbv2/index.ts';
import { SandboxError } from './fault.ts';
import { type LocalRequest, startServer, type WireResponse } from './http/index.ts';
import { iam } from './iam/index.ts';
import { lambda } from './lambda/index.ts';
import { logs } from './logs/index.ts';
import { s3 } from './s3/index.ts';
import { noScenario, type Scenario } from './scenario/index.ts';
import { secretsManager } from './secretsmanager/index.ts';
import { RESTORED_AGO_MS, restore, restoreAlarmsOf, type Snapshot } from './snapshot/index.ts';
import { ssm } from './ssm/index.ts';
import { sts } from './sts/index.ts';
import { realClock, type SandboxClock } from './time/index.ts';
import { type SourceReport, Traffic } from './traffic/index.ts';
import { World } from './world.ts';

/** Every simulated AWS service. */
const SERVICES = [ecs, lambda, cloudwatch, apiGateway, secretsManager, ssm, logs, sts, elbv2, ec2, iam, ecr, s3];

export interface SandboxOptions {
  /** @default the real clock */
  readonly clock?: SandboxClock;
  /** What goes wrong. @default nothing */
  readonly scenario?: Scenario;
  /** What runs from the start. @default nothing but what the scenario gives */
  readonly snapshot?: Snapshot;
  /** 0 for any free one. @default 0 */
  readonly port?: number;
  readonly host?: '127.0.0.1';
  /** Upper limit for every page of every list, 1 or more, for tests of pagination. @default AWS's own limits */
  readonly pageSize?: number;
  /** Whether requests are throttled at AWS's published rates, or how many times those rates. @default true */
  readonly throttling?: boolean | number;
  /** Any text; equal seeds give equal ids and durations. @default 'sandbox' */
  readonly seed?: string;
}

export interface Sandbox {
  /** For example `http://127.0.0.1:4567`. */
  readonly endpoint: string;
  readonly clock: SandboxClock;
  /** The simulated world, brought up to the clock's present. */
  readonly world: World;
  /** The calls so far, oldest first. */
  readonly calls: readonly CallRecord[];
  /** What became of the scenario's traffic so far. */
  readonly traffic: readonly SourceReport[];
  setScenario(scenario: Scenario): void;
  /**
   * Answers a request as the endpoint would, without a connection: for clients in this process that are in a hurry.
   * Undefined where the connection would have been cut; never settles where the answer is held back for good.
   */
  request(request: LocalRequest): Promise<WireResponse | undefined>;
  /** Closes the server and every connection. */
  stop(): Promise<void>;
}

/** A world in which a snapshot has settled. Nothing goes wrong in it before now. */
function restored(options: SandboxOptions, snapshot: Snapshot): World {
  const { clock = realClock(), scenario = noScenario } = options;
  let past: number | undefined = clock.now() - RESTORED_AGO_MS;
  const world = new World({
    ...options,
    scenario: { ...noScenario, given: scenario.given },
    clock: { now: () => past ?? clock.now() },
  });
  restore(world, snapshot);
  past = undefined;
  world.catchUp();
  restoreAlarmsOf(world, snapshot);
  world.setScenario(scenario);
  return world;
}

/**
 * Starts a simulated AWS on the loopback interface.
 *
 * @throws SandboxError `sandbox.port`, `sandbox.option`, `snapshot.not-imitated`
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { clock = realClock(), throttling = true, pageSize } = options;
  const rateScale = throttling === true ? 1 : throttling === false ? Number.POSITIVE_INFINITY : throttling;
  if (!(rateScale > 0)) throw new SandboxError('sandbox.option', `throttling is ${rateScale}`, 'give more than 0');
  if (pageSize !== undefined && !(pageSize >= 1)) {
    throw new SandboxError('sandbox.option', `pageSize is ${pageSize}`, 'give 1 or more');
  }
  const world = options.snapshot === undefined ? new World({ ...options, clock }) : restored(options, options.snapshot);
  const traffic = new Traffic(world);
  const calls = new CallLog();
  const server = await startServer({
    world,
    clock,
    calls,
    traffic,
    services: SERVICES,
    port: options.port ?? 0,
    host: options.host ?? '127.0.0.1',
    rateScale,
  });
  return {
    endpoint: server.endpoint,
    clock,
    get world() {
      world.catchUp();
      return world;
    },
    get calls() {
      return calls.records;
    },
    get traffic() {
      return traffic.report();
    },
    request: (request) => server.request(request),
    setScenario: (scenario) => world.setScenario(scenario),
    stop: () => server.stop(),
  };
}
