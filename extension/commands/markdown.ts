// Texts in Markdown.

/** Text that Markdown leaves as it is. */
export function plain(text: string): string {
  return text.replace(/[\\`*_[\]<>#|~]/g, '\\$&').replaceAll('\n', ' ');
}

/** A span of code, whatever it holds. */
export function code(text: string): string {
  return text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``;
}
