# A shop's day: of a hundred requests, what each one is.
# pangate-bench mixed --profile bench/day.profile
45 inspect
20 detokenize
30 tokenize
5 constant
