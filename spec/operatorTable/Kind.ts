/** What an operator is to credit. One word for the user, derived from measurements alone. */
export type Kind =
  | 'keeps credit'
  | 'keeps it with children'
  | 'holds values'
  | 'blind to the end'
  | 'hidden buffer in RxJS'
  | 'lossy by design'
  | 'asynchronous'
  | 'cut'
  | 'makes Observables'
  | 'no flow goes in'
  | 'unexplained';
