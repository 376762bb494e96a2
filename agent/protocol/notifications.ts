// What noodle.yaml says of who is told of alerts, and of where measurements are sent. Without it nothing is sent anywhere.
import { z } from 'zod';
import { AlertRuleDefinition, AlertRuleId, AlertSeverity, ChannelType } from './alerts.ts';

const variable = z.string().regex(/^[A-Za-z_]\w*$/);

const ChannelDefinition = z.strictObject({
  type: ChannelType.describe('What stands at the other end.'),
  least: AlertSeverity.default('warning').describe('The least severity that is told.'),
  url: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Address of a webhook, or of Alertmanager.'),
  urlVariable: variable
    .optional()
    .describe('Environment variable that holds the address, where the address is a secret.'),
  secretVariable: variable
    .optional()
    .describe('Environment variable that holds the key that signs a webhook, or the password of a mail server.'),
  host: z.string().min(1).max(253).optional().describe('Name of the mail server.'),
  port: z
    .int()
    .min(1)
    .max(65_535)
    .optional()
    .describe('Port of the mail server. Default: 587; 465 is TLS from the start.'),
  userVariable: variable.optional().describe('Environment variable that holds the user name at the mail server.'),
  from: z.string().min(3).max(320).optional().describe('Sender of mails.'),
  to: z.array(z.string().min(3).max(320)).max(50).optional().describe('Receivers of mails.'),
});
export type ChannelDefinition = z.infer<typeof ChannelDefinition>;

export const AlertsDefinition = z.strictObject({
  rules: z
    .record(AlertRuleId, AlertRuleDefinition)
    .default({})
    .describe(
      'What is watched, beside the default rules and those made through the API. Of one id the rule here counts.',
    ),
  channels: z
    .record(z.string().min(1).max(64), ChannelDefinition)
    .default({})
    .describe('Who is told of alerts, beside the editor and the dashboard.'),
  allow: z
    .array(z.string().min(1).max(253))
    .max(100)
    .default([])
    .describe(
      'Names, addresses and networks of this machine or private ones that channels and telemetry may be sent to.',
    ),
});
export type AlertsDefinition = z.infer<typeof AlertsDefinition>;

export const TelemetryDefinition = z.strictObject({
  endpoint: z
    .url({ protocol: /^https?$/ })
    .describe('Address of an OpenTelemetry collector (OTLP over HTTP), without /v1/…'),
  headersVariable: variable
    .optional()
    .describe('Environment variable that holds further headers, as name=value,name=value.'),
});
export type TelemetryDefinition = z.infer<typeof TelemetryDefinition>;
