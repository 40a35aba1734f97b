/** The page asked for a module, an issue or a dashboard that the viewer does not have. */
export class NotVisible extends Error {
  override readonly name = 'NotVisible';
}
