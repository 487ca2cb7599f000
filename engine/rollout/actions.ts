/**
 * Actions: changes to AWS as data. Request bodies that may hold secrets are not in them: an action that needs the
 * rendered definition names it, and engine/aws takes it from the desired state at hand.
 *
 * Performing an action twice must do it once; `key` is what makes that so (client token, tag, version description).
 */
import type { Json, JsonObject } from '../json.ts';
import type { SourceLink } from '../plan/index.ts';
import type { ForwardWeights } from './weights.ts';

interface Keyed {
  /** The rollout's id: at most 32 ASCII characters, the idempotency key of everything it makes. */
  readonly key: string;
}

export type EcsAction = Keyed &
  (
    | { readonly type: 'ecs.register-task-definition'; readonly family: string }
    | { readonly type: 'ecs.create-service'; readonly taskDefinition: string | null }
    /** Sets the task definition and the named members of the rendered service definition. */
    | {
        readonly type: 'ecs.update-service';
        /** Null for services whose task definitions belong to their task sets. */
        readonly taskDefinition: string | null;
        readonly members: readonly string[];
        /** Start a deployment even where nothing else does. */
        readonly force: boolean;
        /** Capacity providers to use instead of those in the service definition. */
        readonly strategy?: readonly JsonObject[];
        /**
         * A service deployment of this task definition that began after this time, ms, shows that the update was made,
         * whatever has become of it since. @default null, the service alone is looked at
         */
        readonly deploymentsAfter?: number | null;
      }
    /** Puts members, and tags where they are not null, back to recorded values. */
    | {
        readonly type: 'ecs.restore-service';
        readonly taskDefinition: string | null;
        readonly values: JsonObject;
        readonly tags: Json | null;
      }
    | { readonly type: 'ecs.tag-service' }
    /** Sets the tag that says that the service runs on its fallback, or takes it away. */
    | { readonly type: 'ecs.mark-fallback'; readonly mark: string | null }
    /** Has ECS roll a service deployment back; one that has ended stays as it is. */
    | { readonly type: 'ecs.stop-service-deployment'; readonly serviceDeployment: string }
    /** Lets a deployment go on that a lifecycle hook pauses; one that is answered already stays so. */
    | { readonly type: 'ecs.continue-service-deployment'; readonly serviceDeployment: string; readonly hook: string }
    | {
        readonly type: 'ecs.create-task-set';
        readonly taskDefinition: string;
        /** Target group to use instead of the one in the service definition, by that one. */
        readonly targetGroups: Readonly<Record<string, string>>;
        /** Capacity providers to use instead of those in the service definition. */
        readonly strategy?: readonly JsonObject[];
        /** Its id among those of the rollout, at most 36 ASCII characters. @default `key` */
        readonly externalId?: string;
      }
    | { readonly type: 'ecs.set-primary-task-set'; readonly taskSet: string }
    | { readonly type: 'ecs.delete-task-set'; readonly taskSet: string }
    | { readonly type: 'elb.set-weights'; readonly forwards: readonly ForwardWeights[] }
    | { readonly type: 'ecs.delete-service' }
    | {
        readonly type: 'ecs.deregister-task-definition';
        readonly family: string;
        /** Null where it is not known whether one was registered: it is looked for by the rollout's tag. */
        readonly taskDefinition: string | null;
      }
  );

export type LambdaAction = Keyed &
  (
    | { readonly type: 'lambda.create-function' }
    | { readonly type: 'lambda.update-configuration' }
    | { readonly type: 'lambda.update-code' }
    | {
        readonly type: 'lambda.tag-function';
        /** The version that serves, and the digest of its code where it is known. */
        readonly version: string | null;
        readonly code: string | null;
      }
    /** `keep`: what `$LATEST` is before it is changed. `serve`: what it is to be. */
    | { readonly type: 'lambda.publish-version'; readonly purpose: 'keep' | 'serve' }
    | { readonly type: 'lambda.create-alias'; readonly alias: string; readonly version: string }
    /** One write of the alias: its main version, and at most one other with a share of the traffic. */
    | {
        readonly type: 'lambda.set-alias';
        readonly alias: string;
        readonly version: string;
        /** Percent, above 0 and below 100; absent when `version` gets everything. */
        readonly additional?: { readonly version: string; readonly percent: number };
      }
    | { readonly type: 'lambda.delete-alias'; readonly alias: string }
    | { readonly type: 'lambda.delete-version'; readonly version: string }
    | { readonly type: 'lambda.delete-function' }
    /** Deletes the function only where it bears the rollout's tag. */
    | { readonly type: 'lambda.delete-own-function' }
    /** Makes `$LATEST` what a published version is: first its configuration, then its code. */
    | { readonly type: 'lambda.restore-configuration'; readonly version: string; readonly description: string }
    | { readonly type: 'lambda.restore-code'; readonly version: string }
    /** Makes one link between an event source and the alias what it is to be, or what it was. */
    | {
        readonly type: 'lambda.set-link';
        readonly alias: string;
        readonly link: SourceLink;
        readonly way: LinkWay;
      }
    /** Keeps so many executions ready on a version; null for none. */
    | { readonly type: 'lambda.set-provisioned'; readonly version: string; readonly executions: number | null }
    /** Takes provisioned concurrency from `released`, and deletes the versions that nothing uses. */
    | {
        readonly type: 'lambda.retire';
        readonly versions: readonly string[];
        readonly released: readonly string[];
      }
  );

/** `forward` to what the files ask for, `back` to what was recorded before. */
export type LinkWay = 'forward' | 'back';

export type Action = EcsAction | LambdaAction;
export type ActionType = Action['type'];

/** An AWS error, as far as people and decisions need it. */
export interface AwsError {
  /** AWS's error code, for example `AccessDeniedException`. */
  readonly code: string;
  readonly message: string;
  readonly requestId: string | undefined;
  /** True for throttling, time-outs, 5xx and lost connections: the same call may go through later. */
  readonly passing: boolean;
  /** True where AWS certainly did nothing of what it was asked: the call was throttled. */
  readonly untouched?: boolean;
  /** True where AWS could not be reached or gave no answer: nobody knows what became of the call. */
  readonly silent?: boolean;
}

/** How an action ended. `data` holds the handles of what was made, for example `taskDefinitionArn`. */
export type Outcome =
  | { readonly type: ActionType; readonly ok: true; readonly data: JsonObject }
  | { readonly type: ActionType; readonly ok: false; readonly error: AwsError };
