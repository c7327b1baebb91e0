#include "connectors/kafka/client_error_texts.hpp"

namespace lockstep::kafka {

namespace {

constexpr ErrorText kTexts[] = {
    {"E241", "the broker refuses the login",
     "User, password, mechanism or certificate do not fit. The client would try for ever, so the "
     "application stops. Check `kafka.security`; for a certificate `ssl.ca.location` under "
     "`kafka.client`, and that the host in `kafka.bootstrap` is a name in the certificate."},
    {"E242", "an ACL is missing",
     "The broker refuses a request for lack of permission. `lockstep check` lists the ACLs that "
     "the application needs."},
    {"E243", "the producer was fenced or lost",
     "The broker accepts nothing more from this producer: another instance took the transactional "
     "id, or a transaction outlived `kafka.transaction_timeout`. Recovery finds out which, and "
     "whether the last batch was committed."},
    {"E244", "the broker refuses a record",
     "It is too large, its timestamp lies outside the topic's window, or it has no key in a "
     "compacted topic. The transaction is aborted and nothing of the batch becomes visible."},
    {"E245", "client or cluster refuse a setting",
     "A value under `kafka` is not understood by the client library, or the cluster does not allow "
     "it. Values are not printed, because they may be secret."},
    {"E246", "an error that was not foreseen",
     "The client library reports an error that has no known remedy. Unknown errors stop the "
     "application rather than risk the guarantee."},
};

}  // namespace

std::span<const ErrorText> clientErrorTexts() { return kTexts; }

}  // namespace lockstep::kafka
