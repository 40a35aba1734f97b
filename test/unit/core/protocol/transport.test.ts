import * as v from 'valibot';
import { AccountId, ConnectionKey, UtcTime } from '#core/protocol/claims';
import { EnrolmentClaims, EnrolmentRequest } from '#core/protocol/enrolment';
import { RequestClaims } from '#core/protocol/request';
import {
  ConnectionsReply,
  ErrorReply,
  ExecutionReply,
  paths,
  refusalCodes,
  RevocationRequest,
} from '#core/protocol/transport';
import { aConnection, hash, installation } from '../builders';

const request = {
  iss: installation,
  aud: 'executor-1',
  jti: '0123456789abcdef',
  iat: 1_790_000_000,
  exp: 1_790_000_060,
  method: 'POST',
  path: '/v1/orders',
  bodySha256: hash('b'),
};

describe('request claims', () => {
  test('a whole request', () => {
    expect(v.is(RequestClaims, request)).toBe(true);
    expect(v.is(RequestClaims, { ...request, method: 'GET', path: '/v1/connections?x=1' })).toBe(true);
  });

  test.each<[string, object]>([
    ['another method', { method: 'DELETE' }],
    ['a path with a host', { path: 'https://evil.example/v1/orders' }],
    ['an endless path', { path: `/${'a'.repeat(2_048)}` }],
    ['a guessable id', { jti: '1' }],
    ['a body without a hash', { bodySha256: '' }],
    ['an unknown claim', { admin: true }],
  ])('refuses %s', (_name, change) => {
    expect(v.is(RequestClaims, { ...request, ...change })).toBe(false);
  });
});

test('paths', () => {
  expect(paths.execution(hash('a'))).toBe(`/v1/executions/${hash('a')}`);
});

test('replies', () => {
  expect(v.is(ExecutionReply, { jti: hash('a'), state: 'accepted', delivery: null })).toBe(true);
  expect(v.is(ExecutionReply, { jti: hash('a'), state: 'queued', delivery: null })).toBe(false);
  expect(v.parse(ErrorReply, { code: 'not-found', message: 'x' })).toEqual({
    code: 'not-found',
    message: 'x',
    delivery: null,
  });
  expect(v.is(ErrorReply, { code: 'made-up', message: 'x' })).toBe(false);
  expect(v.is(RevocationRequest, { jti: hash('a'), connection: 'shop-prod' })).toBe(true);
  expect(v.is(ConnectionsReply, { executorId: 'e', version: '1', connections: [aConnection()] })).toBe(true);
  expect(
    v.is(ConnectionsReply, {
      executorId: 'e',
      version: '1',
      connections: [{ ...aConnection(), url: 'postgres://u:p@h/d' }],
    }),
  ).toBe(false);
  expect(new Set(refusalCodes).size).toBe(refusalCodes.length);
});

test('enrolment', () => {
  const body = { token: 't'.repeat(32), installation, appKid: 'k', receiptUrl: 'https://x.example/r' };
  expect(v.is(EnrolmentRequest, body)).toBe(true);
  expect(v.is(EnrolmentRequest, { ...body, token: 'short' })).toBe(false);
  expect(v.is(EnrolmentRequest, { ...body, receiptUrl: 'nowhere' })).toBe(false);
  expect(v.is(EnrolmentClaims, { v: 1, iss: 'e' })).toBe(false);
});

test('small claims', () => {
  expect(
    ['5b10ac8d82e05b22cc7d4ef5', '712020:6f7f3c1e-5b0e', 'qm:abc'].every((id) => v.is(AccountId, id)),
  ).toBe(true);
  expect(['', 'a b', 'a/b', 'ä', 'x'.repeat(129)].some((id) => v.is(AccountId, id))).toBe(false);
  expect(['shop', 'shop-prod', '1a'].every((key) => v.is(ConnectionKey, key))).toBe(true);
  expect(['', '-a', 'A', 'a_b', 'a'.repeat(64)].some((key) => v.is(ConnectionKey, key))).toBe(false);
  expect(['2026-11-21T10:00:00Z', '2026-11-21T10:00:00.123456Z'].every((time) => v.is(UtcTime, time))).toBe(
    true,
  );
  expect(
    ['2026-11-21', '2026-11-21T10:00:00+00:00', '2026-11-21 10:00:00Z'].some((time) => v.is(UtcTime, time)),
  ).toBe(false);
});
