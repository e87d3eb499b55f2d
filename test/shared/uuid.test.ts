import { expect, it } from 'vitest';
import { URL_NAMESPACE, uuid5, uuid5In } from '../../shared/uuid';

it('is version 5 as RFC 9562 computes it', () => {
  // RFC 9562, appendix A.4: the DNS namespace and www.example.com.
  expect(uuid5In('6ba7b810-9dad-11d1-80b4-00c04fd430c8', 'www.example.com')).toBe(
    '2ed6657d-e927-568b-95e1-2665a8aea6a2',
  );
  expect(uuid5In(URL_NAMESPACE, 'x')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

it('tells parts apart that join to the same text', () => {
  expect(uuid5('ab', 'c')).not.toBe(uuid5('a', 'bc'));
  expect(uuid5('a', 1)).toBe(uuid5('a', '1'));
});
