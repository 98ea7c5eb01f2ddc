import { z } from 'zod';
import { setting } from '../../platform/config/setting.ts';
import { readDirectoryKeys } from './directory-keys.ts';

/** What the directory can be told. */
export const directorySettings = {
  alertDirectoryKeys: setting(
    z
      .string()
      .refine((text) => readDirectoryKeys(text).ok, 'must be keys as `name:64 hexadecimal digits`, the newest last')
      .optional(),
    {
      description:
        'Keys of the directory that tells whom pseudonyms stand for, as `gaitkeeper directory keys new` prints them: the last one seals, all of them open. Only alerting may have them. Not set: alerts carry pseudonyms alone.',
      secret: true,
      example: '2026-11:0123456789abcdef… (64 hexadecimal digits)',
    },
  ),
};
