import { createRequire } from 'node:module';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { checked } from '../../../../host/pages/ui-kit/check';
import { MODELLED, REFUSED } from '../../../../host/pages/ui-kit/coverage';

const load = createRequire(import.meta.url);
/** The package's own list: components are exported as their names, or as functions that wrap one. */
const components = path.join(path.dirname(load.resolve('@forge/react')), 'components/index.js');
const exported = Object.keys(load(components) as object);

const propsOf = (name: string, props: Record<string, unknown>) => {
  const verdict = checked(name, props);
  if ('refusal' in verdict) throw new Error(verdict.refusal);
  return verdict.props;
};
const refusalOf = (name: string, props: Record<string, unknown>): string => {
  const verdict = checked(name, props);
  return 'refusal' in verdict ? verdict.refusal : 'accepted';
};

describe('coverage of UI Kit', () => {
  it('has every component that @forge/react exports, modelled or refused by name', () => {
    expect(exported.length).toBeGreaterThan(80);
    expect([...Object.keys(MODELLED), ...REFUSED].toSorted()).toEqual(exported.toSorted());
  });

  it.each(REFUSED)('refuses %s by name', (name) => {
    expect(refusalOf(name, {})).toBe(`UI Kit component ${name} is not modelled by the local host`);
  });

  it('names a prop that is not modelled', () => {
    expect(refusalOf('DynamicTable', { isRankable: true })).toBe(
      'UI Kit component DynamicTable: the prop isRankable is not modelled by the local host',
    );
  });

  it('names a value that is not modelled', () => {
    expect(refusalOf('Lozenge', { appearance: 'accent-lime' })).toBe(
      'UI Kit component Lozenge: the prop appearance has a value that the local host does not model: "accent-lime"',
    );
    expect(refusalOf('Stack', { space: 'space.333' })).toContain('"space.333"');
    expect(refusalOf('Stack', { space: 'color.text' })).toContain('"color.text"');
  });

  it('names a prop that is missing', () => {
    expect(refusalOf('Link', {})).toBe('UI Kit component Link: the prop href is missing');
  });

  it('takes a prop that is there without a value as left out', () => {
    expect(propsOf('Text', { size: undefined, weight: 'bold' })).toEqual({ weight: 'bold' });
  });

  it('turns xcss into CSS with the variables of the tokens', () => {
    expect(
      propsOf('Box', {
        xcss: { padding: 'space.200', width: '50%', borderStyle: 'solid', color: 'color.text' },
      }),
    ).toEqual({
      xcss: { padding: 'var(--ds-space-200)', width: '50%', borderStyle: 'solid', color: 'var(--ds-text)' },
    });
  });

  it.each([
    { padding: '8px' },
    { zIndex: 3 },
    { position: 'fixed' },
    { ':hover': { color: 'color.text' } },
    { color: 'color.text.nowhere' },
  ])('refuses xcss %j', (xcss) => {
    expect(refusalOf('Box', { xcss })).toContain('the prop xcss');
  });

  it('reads elements in props, which never went through the reconciler, as nodes', () => {
    const action = { type: 'SectionMessageAction', key: 'ok', props: { href: '/x', children: ['Go ', 3] } };
    const list = { type: 'react.fragment', key: null, props: { children: [action, null, false] } };
    expect(propsOf('SectionMessage', { actions: list })).toEqual({
      actions: [
        {
          type: 'SectionMessageAction',
          key: 'ok',
          props: { href: '/x' },
          children: [
            { type: 'String', key: expect.any(String), props: { text: 'Go ' }, children: [] },
            { type: 'String', key: expect.any(String), props: { text: '3' }, children: [] },
          ],
        },
      ],
    });
  });

  it('refuses a component of the app in a prop by what it is', () => {
    const view = { type: () => null, key: null, props: {} };
    const { emptyView } = propsOf('DynamicTable', { emptyView: view }) as { emptyView: { type: string }[] };
    expect(refusalOf(emptyView[0]?.type ?? '', {})).toContain('a component of the app in a prop');
  });
});
