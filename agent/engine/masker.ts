// Takes secrets out of output, in the forms in which programs print them, also where a secret comes in two pieces.

const mask = '***';
/** Shorter texts stand everywhere by chance: hiding them would hide the output. */
export const shortestSecret = 3;
/** Of a secret's encoded forms: what is shorter says little about it. */
const shortestForm = 4;

export interface Masker {
  /** What can be shown by now: an end that may be the beginning of a secret is held back. */
  push(text: string): string;
  /** What was held back. */
  flush(): string;
}

/** Every form of the secrets that is looked for, the longest first. */
export function maskedForms(secrets: readonly string[]): string[] {
  const forms = new Set<string>();
  for (const secret of secrets) {
    const lines = secret.split(/\r?\n/).map((line) => line.trim());
    for (const text of new Set([secret, secret.trim(), ...lines])) {
      if (text.length < shortestSecret) continue;
      forms.add(text);
      for (const form of encodedForms(text)) if (form.length >= shortestForm) forms.add(form);
    }
  }
  return [...forms].toSorted((a, b) => b.length - a.length);
}

/** A masker for one stream of output. */
export function createMasker(forms: readonly string[]): Masker {
  let held = '';
  const shown = (text: string) => forms.reduce((left, form) => left.replaceAll(form, mask), text);
  return {
    push(text) {
      const whole = shown(held + text);
      const from = heldBackFrom(whole, forms);
      held = whole.slice(from);
      return whole.slice(0, from);
    },
    flush() {
      const rest = held;
      held = '';
      return rest;
    },
  };
}

/** A whole text without the secrets; of one that was cut off, also without an end that may be the beginning of a secret. */
export function maskedText(text: string, secrets: readonly string[], isCut = false): string {
  const masker = createMasker(maskedForms(secrets));
  const shown = masker.push(text);
  return isCut ? shown : shown + masker.flush();
}

/** Where the longest end of the text begins that is the beginning of a form. */
function heldBackFrom(text: string, forms: readonly string[]): number {
  const longest = forms[0]?.length ?? 0;
  for (let from = Math.max(0, text.length - longest + 1); from < text.length; from++) {
    const end = text.slice(from);
    if (forms.some((form) => form.length > end.length && form.startsWith(end))) return from;
  }
  return text.length;
}

function encodedForms(text: string): string[] {
  const url = encodeURIComponent(text);
  const strict = url.replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
  const lowered = (encoded: string) => encoded.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase());
  const urls = [url, strict, encodeURI(text)].flatMap((form) => [form, lowered(form), form.replaceAll('%20', '+')]);
  const hex = Buffer.from(text, 'utf8').toString('hex');
  return [...urls, JSON.stringify(text).slice(1, -1), hex, hex.toUpperCase(), ...base64Forms(text)];
}

/** A text inside a longer one is encoded in three ways, by where it begins; characters shared with its neighbours are left out. */
function base64Forms(text: string): string[] {
  const bytes = Buffer.from(text, 'utf8');
  return [0, 1, 2].flatMap((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const start = Math.ceil((offset * 8) / 6);
    const end = Math.floor(((offset + bytes.length) * 8) / 6);
    const inner = encoded.slice(start, end);
    return [inner, inner.replaceAll('+', '-').replaceAll('/', '_')];
  });
}
