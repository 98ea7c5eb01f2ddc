import type { Command } from 'commander';
import { signDeviceToken } from '../../ingest/device-token.ts';
import { systemClock } from '../../platform/clock.ts';
import { exitCodes } from '../../platform/exit-codes.ts';
import { Refusal, wholeNumber } from '../config-options.ts';
import { hexId } from '../hex-id-option.ts';

interface TokenOptions {
  device: string;
  subject: string[];
  tenant: string;
  minutes: number;
}

/** `gaitkeeper token`: a device token for a gateway in development mode. */
export function addTokenCommand(program: Command): void {
  program
    .command('token')
    .summary('a device token for a gateway in development mode')
    .description(
      'Signs a token with GAITKEEPER_INGEST_DEVELOPMENT_SECRET. Production tokens come from your own issuer, whose public keys the gateway holds.',
    )
    .requiredOption('--device <id>', '32 hexadecimal digits', hexId)
    .requiredOption(
      '--subject <id...>',
      'who may be named on this device, 32 hexadecimal digits each',
      (text: string, before?: string[]) => [...(before ?? []), hexId(text)],
    )
    .option('--tenant <name>', 'the organisation', 'default')
    .option('--minutes <number>', 'how long it is valid', wholeNumber(1), 10)
    .addHelpText(
      'after',
      '\nExample:\n  gaitkeeper token --device 00112233445566778899aabbccddeeff --subject ffeeddccbbaa99887766554433221100',
    )
    .action(async ({ device, subject: subjects, tenant, minutes }: TokenOptions) => {
      const secret = process.env['GAITKEEPER_INGEST_DEVELOPMENT_SECRET'];
      if (secret === undefined) {
        throw new Refusal(
          'GAITKEEPER_INGEST_DEVELOPMENT_SECRET is not set\n  fix: export the secret that the gateway was started with',
          exitCodes.configuration,
        );
      }
      if (secret.length < 32) {
        throw new Refusal(
          'GAITKEEPER_INGEST_DEVELOPMENT_SECRET has fewer than 32 characters: no gateway takes it\n  fix: openssl rand -hex 32',
          exitCodes.configuration,
        );
      }
      const issuedAtMs = systemClock.nowMs();
      const claims = { device, subjects, tenant, issuedAtMs, lifetimeMs: minutes * 60_000 };
      process.stdout.write(`${await signDeviceToken(claims, { algorithm: 'HS256', key: Buffer.from(secret) })}\n`);
    });
}
