// Imported before anything that makes schemas: zod must not compile them with `new Function`, which the page's policy forbids.
// This is the one module that acts when it is imported; schemas are made while the others are being imported.
import { config } from 'zod';

config({ jitless: true });
