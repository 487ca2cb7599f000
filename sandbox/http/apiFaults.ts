/** Applies a scenario's rules about API calls. Owns: how many calls each rule has seen. */
import { AwsFault } from '../fault.ts';
import { type ApiEffect, type ApiRule, apiRules, type Scenario, type Subject } from '../scenario/index.ts';
import type { Protocol } from '../service.ts';

export class ApiFaults {
  readonly #seen = new WeakMap<ApiRule, number>();

  /** The effects on this call, each of the first rule that has it; every matching rule counts the call. */
  next(scenario: Scenario, subject: Subject): ApiEffect | undefined {
    const effects = apiRules(scenario, subject)
      .filter((rule) => {
        const seen = (this.#seen.get(rule) ?? 0) + 1;
        this.#seen.set(rule, seen);
        const first = rule.when.nth ?? 1;
        const times = rule.effect.times ?? (rule.when.nth === undefined ? Number.POSITIVE_INFINITY : 1);
        return seen >= first && seen < first + times;
      })
      .map(({ effect }) => effect);
    if (effects.length === 0) return undefined;
    // An error's text and status go with it, never with another rule's error.
    const { error, message, status } = effects.find((effect) => effect.error !== undefined) ?? {};
    return { ...Object.assign({}, ...effects.toReversed()), error, message, status };
  }
}

/** The call that goes wrong, as far as the error's text speaks of it. */
export interface FailingCall {
  readonly operation: string;
  readonly caller: string;
  /** What the request names. */
  readonly resource: readonly string[];
  readonly protocol: Protocol;
}

/** The error that an effect asks for, with AWS's usual text and status where the rule gives none. */
export function faultOf(effect: ApiEffect, call: FailingCall): AwsFault | undefined {
  if (effect.error === undefined) return undefined;
  const [message, status] = usual(effect.error, call);
  return new AwsFault(effect.error, effect.message ?? message, effect.status ?? status);
}

function usual(code: string, { operation, caller, resource, protocol }: FailingCall): [string, number] {
  if (/^(?:Throttling|ThrottlingException|RequestLimitExceeded)$/.test(code)) return ['Rate exceeded', 400];
  if (code === 'TooManyRequestsException') return ['Rate exceeded', 429];
  if (/^AccessDenied/.test(code)) {
    const on = resource.find((name) => name.startsWith('arn:')) ?? '*';
    const why = operation.startsWith('sts:') ? '' : ` because no identity-based policy allows the ${operation} action`;
    const text = `User: ${caller} is not authorized to perform: ${operation} on resource: ${on}${why}`;
    return [text, protocol.startsWith('awsJson') ? 400 : 403];
  }
  if (/^(?:ServerException|ServiceException|InternalError|InternalFailure|InternalServiceError)$/.test(code)) {
    return ['Service Unavailable. Please try again later.', 500];
  }
  return [`${code} as the scenario asks`, 400];
}
