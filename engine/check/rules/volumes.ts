/** Rules about volumes: of the task, where containers mount them, and what the service gives for them. */
import { type Rules, writing } from '../rule.ts';
import { didYouMean, listing, namesToTell, nearestTo, reportRepeatedTexts, reportUseless } from './reporting.ts';
import { controllerOf } from './service.ts';
import { containersOf } from './task.ts';

/** A volume is of one kind; without any of these it is a bind mount that ends with the task. */
const KINDS = [
  'host',
  'dockerVolumeConfiguration',
  'efsVolumeConfiguration',
  'fsxWindowsFileServerVolumeConfiguration',
  's3filesVolumeConfiguration',
] as const;

export const VOLUME_RULES: Rules = {
  'task.unknown-volume': {
    severity: 'error',
    title: 'A container mounts a volume that the task does not have',
    about: "`mountPoints[].sourceVolume` has to be the name of one of the task's `volumes`.",
    check({ task }, report) {
      const names = new Set(task?.each('volumes').flatMap((volume) => volume.get('name')?.text ?? []));
      for (const container of containersOf(task)) {
        for (const mount of container.each('mountPoints')) {
          const source = mount.get('sourceVolume');
          if (source?.text === undefined || names.has(source.text)) continue;
          const told = namesToTell(task?.each('volumes').map((volume) => volume.get('name')) ?? []);
          const near = nearestTo(source, told);
          report(
            source,
            `no volume is called ${source.shown}`,
            didYouMean(near, listing(told, 'the task has', 'add it to "volumes"')),
            writing(near),
          );
        }
      }
    },
  },

  'task.unused-volume': {
    severity: 'info',
    title: 'No container mounts a volume',
    about: 'The volume has no effect.',
    check({ task }, report) {
      const used = new Set(
        containersOf(task).flatMap((one) => one.each('mountPoints').map((mount) => mount.get('sourceVolume')?.text)),
      );
      for (const volume of task?.each('volumes') ?? []) {
        const name = volume.get('name');
        if (name?.text === undefined || used.has(name.text)) continue;
        used.add(name.text);
        report(name, `no container mounts the volume ${name.shown}`, 'mount it, or delete it');
      }
    },
  },

  'task.duplicate-volume': {
    severity: 'error',
    title: 'Two volumes have the same name, or one place of a container two volumes',
    about: 'Containers name the volumes that they mount, each at a path of its own.',
    check({ task }, report) {
      const names = task?.each('volumes').flatMap((volume) => volume.get('name') ?? []) ?? [];
      reportRepeatedTexts(names, report, (place) => ({
        message: `another volume is called ${place.shown}`,
        hint: 'give it a name of its own',
      }));
      for (const container of containersOf(task)) {
        const paths = container.each('mountPoints').flatMap((mount) => mount.get('containerPath') ?? []);
        reportRepeatedTexts(paths, report, (place) => ({
          message: `something is mounted at ${place.shown} already`,
          hint: 'choose another path',
        }));
      }
    },
  },

  'task.volume-kind': {
    severity: 'error',
    title: 'A volume is of two kinds',
    about: 'A volume is a bind mount, of Docker, of EFS, of FSx, or of S3 Files; ECS refuses more than one of them.',
    check({ task }, report) {
      for (const volume of task?.each('volumes') ?? []) {
        const given = KINDS.filter((kind) => volume.has(kind));
        if (given.length > 1)
          report(volume.get(given[1]!), `the volume has ${given[0]} too`, 'keep one of them', { atKey: true });
      }
    },
  },

  'task.efs-encryption': {
    severity: 'error',
    title: 'A file system is to ask who mounts it, on an open line',
    about: 'An access point or IAM authorization of EFS needs `transitEncryption: ENABLED`.',
    check({ task }, report) {
      for (const volume of task?.each('volumes') ?? []) {
        const efs = volume.get('efsVolumeConfiguration');
        const authorization = efs?.get('authorizationConfig');
        const needs = authorization?.get('iam')?.text === 'ENABLED' || authorization?.has('accessPointId') === true;
        const encryption = efs?.get('transitEncryption');
        if (!needs || encryption?.text === 'ENABLED') continue;
        report(
          encryption ?? authorization,
          'transitEncryption has to be ENABLED for this authorization',
          'write "transitEncryption": "ENABLED"',
          encryption ? writing('ENABLED') : { atKey: true },
        );
      }
    },
  },

  'task.efs-root': {
    severity: 'error',
    title: 'An access point of EFS is mounted by a directory',
    about: 'With `accessPointId`, the directory is that of the access point: `rootDirectory` is `/`, or left out.',
    check({ task }, report) {
      for (const volume of task?.each('volumes') ?? []) {
        const efs = volume.get('efsVolumeConfiguration');
        const root = efs?.get('rootDirectory');
        if (!efs?.get('authorizationConfig')?.has('accessPointId') || !root?.text || root.text === '/') continue;
        report(
          root,
          `rootDirectory ${root.shown} stands beside an access point, which has its own`,
          'write "/"',
          writing('/'),
        );
      }
    },
  },

  /** @see Amazon ECS API reference, ServiceManagedEBSVolumeConfiguration */
  'service.managed-volume': {
    severity: 'error',
    title: 'An EBS volume cannot be made as it is described',
    about:
      'It needs `sizeInGiB` or `snapshotId`. `iops` is for the types `gp3`, `io1` and `io2`, and the latter two need it; `throughput` is for `gp3`, which is what a volume is without `volumeType`.',
    check({ service }, report) {
      for (const configuration of service?.each('volumeConfigurations') ?? []) {
        const volume = configuration.get('managedEBSVolume');
        if (!volume) continue;
        if (!volume.has('sizeInGiB') && !volume.has('snapshotId'))
          report(volume, 'the volume has no size', 'add "sizeInGiB", or "snapshotId"');
        const type = volume.has('volumeType') ? volume.get('volumeType')!.text : 'gp3';
        if (type === undefined) continue;
        const takesIops = /^(?:gp3|io1|io2)$/.test(type);
        if (volume.has('iops') && !takesIops) reportUseless(volume.get('iops'), `is not for ${type}`, report);
        if (!volume.has('iops') && /^io[12]$/.test(type))
          report(volume.get('volumeType'), `iops is missing, and ${type} needs it`, 'add "iops"');
        if (volume.has('throughput') && type !== 'gp3')
          reportUseless(volume.get('throughput'), `is not for ${type}`, report);
      }
    },
  },

  'service.unknown-volume': {
    severity: 'error',
    title: 'The service configures a volume that the task definition does not leave to it',
    about: '`volumeConfigurations[].name` is the name of a volume of the task that has `configuredAtLaunch: true`.',
    check({ service, task }, report) {
      if (!task) return;
      const open = task.each('volumes').filter((volume) => volume.get('configuredAtLaunch')?.isTrue);
      const names = open.flatMap((volume) => volume.get('name')?.text ?? []);
      for (const configuration of service?.each('volumeConfigurations') ?? []) {
        const name = configuration.get('name');
        if (name?.text === undefined || names.includes(name.text)) continue;
        const told = namesToTell(open.map((volume) => volume.get('name')));
        report(
          name,
          `the task has no volume ${name.shown} with configuredAtLaunch`,
          listing(told, 'it has', 'add the volume with "configuredAtLaunch": true'),
          writing(nearestTo(name, told)),
        );
      }
    },
  },

  'service.unconfigured-volume': {
    severity: 'error',
    title: 'A volume is left to the service, and the service says nothing about it',
    about:
      'Of a volume with `configuredAtLaunch: true`, the service gives the rest in `volumeConfigurations`, under the same name.',
    // Source: Amazon ECS API reference, Volume, name and configuredAtLaunch.
    check({ service, task }, report) {
      if (!service || controllerOf(service) !== 'ECS') return;
      const volumes = task?.each('volumes') ?? [];
      const names = service.each('volumeConfigurations').map((one) => one.get('name')?.text);
      // A name that the task does not have is reported as that: it may be meant for this volume.
      if (names.some((name) => !volumes.some((volume) => volume.get('name')?.text === name))) return;
      for (const volume of volumes) {
        const name = volume.get('name');
        if (!name?.text || !volume.get('configuredAtLaunch')?.isTrue || names.includes(name.text)) continue;
        report(
          name,
          `the service has no volumeConfigurations for ${name.shown}`,
          'add one of this name with "managedEBSVolume" to the service definition',
          { see: { place: service, message: 'the service' } },
        );
      }
    },
  },

  'task.launch-volumes': {
    severity: 'error',
    title: 'Several volumes are left to the service',
    about: 'A task definition may have one volume with `configuredAtLaunch: true`.',
    // Source: Amazon ECS API reference, Volume, configuredAtLaunch.
    check({ task }, report) {
      const [first, ...others] =
        task?.each('volumes').flatMap((volume) => {
          const atLaunch = volume.get('configuredAtLaunch');
          return atLaunch?.isTrue ? atLaunch : [];
        }) ?? [];
      for (const other of others)
        report(other, 'another volume is configured at launch already', 'keep one of them', {
          see: { place: first!, message: 'the first one' },
        });
    },
  },
};
