;; Where three bytes may be the beginning of somebody's: the inner loop of text-screen.ts, at five times the speed of JavaScript.
;; `npm run generate` makes text-screen-code.ts of it.
;;
;; Memory, in bytes:       0  a table of 32,768 flags
;;                    32,768  a table of as many values: the three bytes that set the flag, or 0 for several
;;                   163,840  the bytes to look at
;;                   229,376  the places that were found, as 32-bit numbers
(module
  (memory (export "memory") 8)
  ;; Looks at every `stride`-th place from `from` up to `to` and writes those that may be somebody's to `out`; returns where `out` ends.
  (func (export "scan") (param $from i32) (param $to i32) (param $stride i32) (param $out i32) (result i32)
    (local $value i32)
    (local $slot i32)
    (local $wanted i32)
    (loop $next
      (if (i32.lt_u (local.get $from) (local.get $to))
        (then
          ;; A capital becomes its letter, and the fourth byte goes.
          (local.set $value
            (i32.shl (i32.or (i32.load (local.get $from)) (i32.const 0x202020)) (i32.const 8)))
          ;; Knuth's multiplicative hash, to 15 bits.
          (local.set $slot
            (i32.shr_u (i32.mul (local.get $value) (i32.const 0x9e3779b1)) (i32.const 17)))
          (if (i32.load8_u (local.get $slot))
            (then
              (local.set $wanted (i32.load offset=32768 (i32.shl (local.get $slot) (i32.const 2))))
              (if (i32.or
                    (i32.eqz (local.get $wanted))
                    (i32.eq (local.get $wanted) (local.get $value)))
                (then
                  (i32.store (local.get $out) (local.get $from))
                  (local.set $out (i32.add (local.get $out) (i32.const 4)))))))
          (local.set $from (i32.add (local.get $from) (local.get $stride)))
          (br $next))))
    (local.get $out)))
