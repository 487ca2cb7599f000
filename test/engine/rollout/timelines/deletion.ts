/** Stories of deletions. */
import { external } from '../balanced.ts';
import { resize, web } from '../fixtures.ts';
import type { Story } from './scene.ts';

export const DELETION: readonly Story[] = [
  {
    file: 'deletion/service',
    title: 'The definition of a service was deleted',
    async play(scene) {
      await scene.given('dev/web', web());
      await scene.tell('dev/web', undefined, undefined, web());
    },
  },
  {
    file: 'deletion/service-with-task-sets',
    title: 'The definition of a blue/green service was deleted',
    async play(scene) {
      const { blue, green } = await scene.balanced();
      await scene.given('dev/web', external(blue, green));
      await scene.tell('dev/web', undefined, undefined, external(blue, green));
    },
  },
  {
    file: 'deletion/function',
    title: 'The definition of a function was deleted',
    async play(scene) {
      await scene.given('dev/resize', resize());
      await scene.tell('dev/resize', undefined, undefined, resize());
    },
  },
  {
    file: 'deletion/refused',
    title: 'AWS does not let the function be deleted',
    scenario: {
      rules: [
        {
          when: { operation: 'lambda:DeleteFunction' },
          then: {
            error: 'AccessDeniedException',
            message: 'User is not authorized to perform: lambda:DeleteFunction',
            status: 403,
          },
        },
      ],
    },
    async play(scene) {
      await scene.given('dev/resize', resize());
      await scene.tell('dev/resize', undefined, undefined, resize());
    },
  },
];
