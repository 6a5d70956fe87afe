<?php
// The gate in PHP, without packages. It runs before each page of the site, but not before static files.
//   eval "$(python -m beekeeper keys show --format env)"
//   php -S 127.0.0.1:8000 -d auto_prepend_file="$PWD/gate.php" -t site/
(function () {
    [$room, $link, $site] = array_map('getenv', ['BEEKEEPER_ROOM', 'BEEKEEPER_LINK', 'BEEKEEPER_DESTINATION']);
    $origin = strtolower(preg_replace('~^(https?://[^/?#]+?)(:443)?([/?#].*)?$~', '$1', $site));
    $pairs = array_map(fn($pair) => explode(':', $pair), explode(',', getenv('BEEKEEPER_KEYS')));
    $keys = array_column($pairs, 1, 0);
    $base64 = fn($bytes) => rtrim(strtr(base64_encode($bytes), '+/', '-_'), '=');
    $sign = fn($text, $key) => $base64(hash_hmac('sha256', $text, $key, true));
    $json = fn($part) => json_decode(base64_decode(strtr($part, '-_', '+/')), true, 9);
    // A pass has no `typ`, a session has. So neither can be used as the other.
    $read = function ($token, $typ, $leeway) use ($room, $origin, $keys, $sign, $json) {
        $parts = is_string($token) ? explode('.', $token) : [];
        [$header, $claims] = count($parts) === 3 ? array_map($json, [$parts[0], $parts[1]]) : [null, null];
        $kid = is_array($header) && ($header['alg'] ?? null) === 'HS256' ? $header['kid'] ?? null : null;
        $known = is_array($claims) && is_string($kid) && isset($keys[$kid]);
        return $known && hash_equals($sign("$parts[0].$parts[1]", $keys[$kid]), $parts[2])
            && ($claims['aud'] ?? null) === $origin && ($claims['iss'] ?? null) === "beekeeper:$room"
            && is_int($claims['exp'] ?? null) && $claims['exp'] > time() - $leeway
            && ($claims['typ'] ?? null) === $typ ? $claims : null;
    };
    preg_match('~^/*([^?]*)\??(.*)$~s', $_SERVER['REQUEST_URI'], $url); // `//host` is no path
    $passes = preg_grep('/^beekeeper_pass=/', $pairs = explode('&', $url[2]));
    $kept = implode('&', array_diff_key($pairs, $passes));
    $wanted = "/$url[1]" . ($kept === '' ? '' : "?$kept");
    $admitted = $read(substr(strstr(current($passes) ?: '', '='), 1), null, 300); // clocks differ, by up to 300 s
    $cookie = "__Host-beekeeper_gate_$room";
    $_SERVER['BEEKEEPER_SUB'] = $read($_COOKIE[$cookie] ?? null, 'session', 0)['sub'] ?? null;
    if ($_SERVER['BEEKEEPER_SUB'] && !$admitted) return;
    header('Cache-Control: no-store');
    if (!$admitted) exit(header("Location: $link?to=" . rawurlencode($wanted), true, 302));
    $kid = array_key_first($keys); // the first key signs
    $session = ['typ' => 'session', 'exp' => time() + 1800] + $admitted;
    $text = $base64(json_encode(['alg' => 'HS256', 'kid' => "$kid"])) . '.' . $base64(json_encode($session));
    $options = ['path' => '/', 'secure' => true, 'httponly' => true, 'samesite' => 'Lax'];
    setcookie($cookie, "$text." . $sign($text, $keys[$kid]), $options);
    exit(header("Location: $origin$wanted", true, 302));
})();
