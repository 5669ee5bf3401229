# For the account that gets the mail of one queue. @queue@ is a queue of escalate.yaml (or leave out "-q", "@queue@": then recipient, To and Cc decide).
require ["vnd.dovecot.pipe", "envelope", "variables"];
if envelope :matches "from" "*" { set "sender" "${1}"; }
if envelope :matches "to" "*" { set "recipient" "${1}"; }
pipe "escalate-filter" ["-d", "@spool@", "-q", "@queue@", "-f", "${sender}", "--", "${recipient}"];
