// How the page stands with the agent.
//
//   connecting ──▶ connected ──▶ reconnecting ──▶ connected
//       │  └──────────────────────▲      │
//       ├──▶ stopped | untrusted  (only the host of a webview knows these; it also leaves them)
//       └──▶ refused              (another version, not signed in: trying again changes nothing)
import type { Failure } from '../../agent/protocol/failure.ts';

export type Connection =
  | { readonly state: 'connecting' }
  | { readonly state: 'connected' }
  /** Tries again by itself: `attempt` counts the failed ones. */
  | { readonly state: 'reconnecting'; readonly attempt: number; readonly retryInMs: number }
  | { readonly state: 'stopped'; readonly message: string }
  | { readonly state: 'untrusted'; readonly message: string }
  | { readonly state: 'refused'; readonly failure: Failure };
